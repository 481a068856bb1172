package dev.herald.api;

/**
 * One open connection: a browser tab, a phone, a program. One that uses several namespaces of Socket.IO counts as one for each.
 *
 * @param id unique while the server lives; not a secret, it gives no right to anything; a Socket.IO client knows it as {@code
 *     socket.id}, and keeps it when it recovers
 * @param person whom it belongs to
 * @param namespace of Socket.IO; {@value #MAIN} for the main one, and for everything that is not Socket.IO
 */
public record Connection(String id, Person person, String namespace) {

    /** The main namespace, whose connections are in Herald's own channels. */
    public static final String MAIN = "/";

    /** A connection in the main namespace. */
    public Connection(String id, Person person) {
        this(id, person, MAIN);
    }

    /** Whether it is in the main namespace. */
    public boolean isMain() {
        return namespace.equals(MAIN);
    }
}
