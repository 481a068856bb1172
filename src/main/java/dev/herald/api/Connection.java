package dev.herald.api;

import jakarta.json.JsonObject;
import java.util.Objects;
import java.util.Optional;

/**
 * One open connection: a browser tab, a phone, a program. One that uses several namespaces of Socket.IO counts as one for each.
 * Two are equal that have the same id, person and namespace, whatever is kept with them.
 *
 * <pre>{@code
 * @OnEvent("orders")
 * List<NewOrder> orders(Connection connection) {
 *     return connection.isInRole("clerk") ? allOrders() : ordersOf(connection.person().id());
 * }
 * }</pre>
 *
 * @param id unique while the server lives; not a secret, it gives no right to anything; a Socket.IO client knows it as {@code
 *     socket.id}, and keeps it when it recovers
 * @param person whom it belongs to
 * @param namespace of Socket.IO; {@value #MAIN} for the main one, and for everything that is not Socket.IO
 * @param state what is known of it, as it is now
 */
public record Connection(String id, Person person, String namespace, ConnectionState state) {

    /** The main namespace, whose connections are in Herald's own channels. */
    public static final String MAIN = "/";

    /** A connection of which nothing more is known. */
    public Connection(String id, Person person, String namespace) {
        this(id, person, namespace, new ConnectionState(new PersonPrincipal(person), Attributes.NONE));
    }

    /** A connection in the main namespace. */
    public Connection(String id, Person person) {
        this(id, person, MAIN);
    }

    /** Whether it is in the main namespace. */
    public boolean isMain() {
        return namespace.equals(MAIN);
    }

    /** What its first request said. */
    public Handshake handshake() {
        return principal().handshake();
    }

    /** Who is at the other end, with the roles of the handshake. */
    public PersonPrincipal principal() {
        return state.principal();
    }

    /** Whether the person has a role, one of those that Herald asks the container for ({@code docs/beans.md}, "Who is who"). */
    public boolean isInRole(String role) {
        return principal().isInRole(role);
    }

    /**
     * What the application keeps with the connection under this name, by {@link ConnectionAttempt#put} or {@link Peer#put}: of a
     * JSON string its characters, of any other value its JSON.
     */
    public Optional<String> get(String name) {
        return state.attributes().text(name);
    }

    /** All that the application keeps with the connection. */
    public JsonObject attributes() {
        return state.attributes().toJson();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Connection that
                && id.equals(that.id)
                && person.equals(that.person)
                && namespace.equals(that.namespace);
    }

    @Override
    public int hashCode() {
        return Objects.hash(id, person, namespace);
    }

    @Override
    public String toString() {
        return "Connection[id=" + id + ", person=" + person + ", namespace=" + namespace + "]";
    }
}
