package dev.herald.api;

import java.security.Principal;

/**
 * The principal of each request that Herald's own paths serve: the container's principal if there is one, else a guest.
 *
 * @param person whom the server knows the caller to be
 * @param isProven whether the caller has proved that. False for a guest without a cookie, who is a new person with each request
 */
public record PersonPrincipal(Person person, boolean isProven) implements Principal {

    /** A person who has proved who it is. */
    public PersonPrincipal(Person person) {
        this(person, true);
    }

    @Override
    public String getName() {
        return person.id();
    }
}
