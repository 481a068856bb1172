package dev.herald.websocket;

/**
 * Hears what happens to a connection. Called on the container's threads or on whichever thread caused it, never under a lock;
 * {@code onWritable} may come while a message is being heard. An exception closes the connection with 1011.
 */
public interface WebSocketListener {

    /** The connection takes frames from now on. Called once and before all others, unless it was closed before. */
    void onOpen(WebSocketConnection connection);

    /**
     * Called around the messages of one read, for work that is better done once for all of them.
     *
     * @param messages to be called once: it calls {@code onText} and {@code onBinary}
     */
    default void onRead(Runnable messages) {
        messages.run();
    }

    /**
     * A text came. Messages come one at a time, in the peer's order, and none after this side has closed. What is sent to the
     * connection meanwhile needs no flush: it leaves together with other answers.
     */
    void onText(String message);

    /** A binary message came, as {@link #onText} does; the array is the listener's. */
    void onBinary(byte[] message);

    /**
     * A pong came.
     *
     * @return whether it answers a ping of ours; others are bounded by {@link WebSocketLimits#maxControlFramesPerSecond}
     */
    default boolean onPong(byte[] payload) {
        return false;
    }

    /** Everything that was sent has left, to the container at least. Calls do not overlap; what is sent meanwhile needs no flush. */
    void onWritable();

    /**
     * The connection is gone. Called once and after all others have returned.
     *
     * @param code of whoever closed first; 1005 when the peer gave none, 1006 when the connection broke (RFC 6455, 7.4.1)
     * @param reason perhaps empty; what a peer wrote is for logs only
     */
    void onClose(int code, String reason);
}
