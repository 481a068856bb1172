package dev.herald.api;

import org.jspecify.annotations.Nullable;

/**
 * What is known of one connection, as it is now. Any thread may call, with any lock held: it only notes. Beans ask the
 * {@link Connection} for it, and change it by {@link Peer}, which also keeps the change for when the client comes back.
 *
 * <pre>{@code
 * Optional<String> shop = connection.state().attributes().text("shop");
 * }</pre>
 */
public final class ConnectionState {

    private volatile PersonPrincipal principal;
    private volatile Attributes attributes;

    /** The state of a new connection. */
    public ConnectionState(PersonPrincipal principal, Attributes attributes) {
        this.principal = principal;
        this.attributes = attributes;
    }

    /** Who is at the other end, with roles and handshake. */
    public PersonPrincipal principal() {
        return principal;
    }

    /** The person is known by a new login from now on; the attributes of that are kept. */
    public synchronized void renew(PersonPrincipal renewed) {
        attributes = attributes.with(renewed.login().attributes());
        principal = renewed;
    }

    /** What the application keeps with the connection. */
    public Attributes attributes() {
        return attributes;
    }

    /**
     * Sets an attribute.
     *
     * @param json its value as JSON text; {@code null} to remove it
     * @throws IllegalArgumentException when there are too many then, or they are too large
     */
    public synchronized void keep(String name, @Nullable String json) {
        attributes = json == null ? attributes.without(name) : attributes.with(name, json);
    }
}
