package dev.herald.api;

import jakarta.json.JsonValue;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whom an {@link Authenticator} knows the bearer of a token to be. Immutable; each method returns a new object.
 *
 * <pre>{@code
 * Identity identity = Identity.of("ann").inRoles(Set.of("clerk")).until(expiry).with("tenant", "acme");
 * }</pre>
 *
 * @param id the {@linkplain Person#id() id} of the person; not one that looks like a guest's
 * @param name how the person is shown
 * @param roles of the person
 * @param expires when the token ends, and with it the connections that it opened; {@code null} when it does not
 * @param attributes what is kept with a connection that the token opens
 */
public record Identity(
        String id, String name, Set<String> roles, @Nullable Instant expires, Attributes attributes) {

    public Identity {
        roles = Set.copyOf(roles);
        if (Person.isGuest(id)) {
            throw new IllegalArgumentException("the id " + id + " looks like a guest's");
        }
        var unused = new Person(id, name);
    }

    /** A person who is shown by its id. */
    public static Identity of(String id) {
        return new Identity(id, Person.shortened(id), Set.of(), null, Attributes.NONE);
    }

    /** Shown by this name. */
    public Identity named(String otherName) {
        return new Identity(id, otherName, roles, expires, attributes);
    }

    /** In these roles. */
    public Identity inRoles(Set<String> otherRoles) {
        return new Identity(id, name, otherRoles, expires, attributes);
    }

    /** Known until then. */
    public Identity until(Instant end) {
        return new Identity(id, name, roles, end, attributes);
    }

    /** Keeps a value with the connection, as {@link ConnectionAttempt#put(String, JsonValue)}. */
    public Identity with(String attribute, JsonValue value) {
        return new Identity(id, name, roles, expires, attributes.with(attribute, value.toString()));
    }

    /** As {@link #with(String, JsonValue)}. */
    public Identity with(String attribute, String value) {
        return with(attribute, JsonText.string(value));
    }

    /** The person. */
    public Person person() {
        return new Person(id, name);
    }
}
