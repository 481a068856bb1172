package dev.herald.api;

import java.security.Principal;

/**
 * The principal of each request that Herald's own paths serve: the container's principal if there is one, else a guest.
 *
 * @param person whom the server knows the caller to be
 * @param isProven whether the caller has shown that: false for a guest without a cookie, who is somebody new with each request
 */
public record PersonPrincipal(Person person, boolean isProven) implements Principal {

    /** Somebody who has shown who it is. */
    public PersonPrincipal(Person person) {
        this(person, true);
    }

    @Override
    public String getName() {
        return person.id();
    }
}
