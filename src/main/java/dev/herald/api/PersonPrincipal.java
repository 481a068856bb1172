package dev.herald.api;

import java.security.Principal;

/**
 * The principal of each request that Herald's own paths serve: the container's principal if there is one, else a guest.
 *
 * @param person whom the server knows the caller to be
 */
public record PersonPrincipal(Person person) implements Principal {

    @Override
    public String getName() {
        return person.id();
    }
}
