package dev.herald.api;

/**
 * A connection is open. Observers without {@link Namespace} get those of the main namespace. People are counted in each
 * namespace by itself.
 *
 * <pre>{@code
 * void greet(@Observes Connected connected) {
 *     if (connected.first()) {
 *         herald.news(Json.createValue(connected.connection().person().name() + " is here"));
 *     }
 * }
 * }</pre>
 *
 * @param first whether its person had no other connection
 * @param people how many people were connected with it
 * @param recovered whether the client goes on where it was, with the same id, in the same rooms, with what was kept with its
 *     connection; if only in that moment something turns out to be missing, {@link Disconnected} follows, and the client begins anew
 * @param peer its client: to send something to it, and to make it join rooms
 */
public record Connected(Connection connection, boolean first, int people, boolean recovered, Peer peer)
        implements HeraldEvent {

    /** One of a client that begins anew. */
    public Connected(Connection connection, boolean first, int people, Peer peer) {
        this(connection, first, people, false, peer);
    }
}
