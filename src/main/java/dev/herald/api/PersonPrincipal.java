package dev.herald.api;

import java.security.Principal;
import java.util.HashSet;
import java.util.Set;

/**
 * The principal of each request that Herald's own paths serve: the container's principal if there is one, else a guest. A connection
 * keeps that of its handshake.
 *
 * <pre>{@code
 * PersonPrincipal caller = connection.principal();
 * boolean isClerk = caller.isInRole("clerk") && caller.isInRole(PersonPrincipal.SIGNED_IN);
 * }</pre>
 *
 * @param person whom the server knows the caller to be
 * @param isProven whether the caller has proved that. False for a guest without a cookie, who is a new person with each request
 * @param roles those of the caller's that Herald was told to ask the container for; {@value #SIGNED_IN} is among them when the
 *     container knows the caller
 * @param handshake what the request said
 * @param login by what the person is known, and how long
 */
public record PersonPrincipal(Person person, boolean isProven, Set<String> roles, Handshake handshake, Login login)
        implements Principal {

    /** The role that everyone has whom the container knows. Guests have no role. */
    public static final String SIGNED_IN = "signed-in";

    public PersonPrincipal {
        roles = Set.copyOf(roles);
    }

    /** A person who has proved who it is, without roles. */
    public PersonPrincipal(Person person) {
        this(person, true);
    }

    /** A person without roles. */
    public PersonPrincipal(Person person, boolean isProven) {
        this(person, isProven, Set.of(), "");
    }

    /** A person of whose handshake only the address is known. */
    public PersonPrincipal(Person person, boolean isProven, Set<String> roles, String address) {
        this(person, isProven, roles, Handshake.from(address), Login.LASTING);
    }

    /** The same caller as another person: a guest who has shown by a secret who it is. */
    public PersonPrincipal as(Person other) {
        return person.equals(other) ? this : new PersonPrincipal(other, isProven, roles, handshake, login);
    }

    /** The same caller with another handshake. */
    public PersonPrincipal with(Handshake other) {
        return handshake.equals(other) ? this : new PersonPrincipal(person, isProven, roles, other, login);
    }

    /** The same caller as its token says. */
    public PersonPrincipal as(Identity identity) {
        var all = new HashSet<>(identity.roles());
        all.add(SIGNED_IN);
        return new PersonPrincipal(
                identity.person(), true, all, handshake, Login.until(identity.expires(), identity.attributes()));
    }

    /** From where the caller connects, as the container says; empty when that is not known. */
    public String address() {
        return handshake.remoteAddress();
    }

    /** Whether the caller has a role, one of those that Herald asks the container for. */
    public boolean isInRole(String role) {
        return roles.contains(role);
    }

    @Override
    public String getName() {
        return person.id();
    }
}
