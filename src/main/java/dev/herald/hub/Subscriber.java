package dev.herald.hub;

import dev.herald.api.Connection;

/**
 * One client's connection, as the hub sees it: a bounded queue that its transport empties. Thread-safe; no method waits or
 * throws.
 *
 * <p>Once its queue has room again after a refused {@link #offer} or {@link #replay}, a subscriber calls {@link Member#resume()}.
 */
public interface Subscriber {

    /** Who is connected. */
    Connection connection();

    /**
     * Queues a message. Called under a channel's lock: it only computes and queues, and writes nothing.
     *
     * @return false when the queue has no room for it; then it has changed nothing
     */
    boolean offer(Delivery delivery);

    /**
     * Queues a message that the client has missed. A client may have missed much: so this leaves some of the queue free for live
     * messages and answers. Otherwise as {@link #offer}.
     */
    default boolean replay(Delivery delivery) {
        return offer(delivery);
    }

    /** Writes what waits, if the socket is free. Called after one or more offers, outside all locks. */
    void flush();

    /** The client reads too slowly to stay: a message that it should have got is not in its queue. Closes the connection. */
    void fellBehind();
}
