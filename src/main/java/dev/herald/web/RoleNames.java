package dev.herald.web;

import java.util.Set;

/**
 * The roles that the container is asked for at each handshake, as it can be asked at no other time. Immutable.
 *
 * @param values those that are named in {@code herald.roles}, in {@code herald.policy}, and by the application's policy
 */
public record RoleNames(Set<String> values) {

    public RoleNames {
        values = Set.copyOf(values);
    }
}
