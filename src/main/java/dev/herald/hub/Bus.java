package dev.herald.hub;

/**
 * Says to the other nodes of a cluster: look. What is told may be lost, doubled, delayed and reordered, so nothing that matters is
 * carried by it alone: the log is the truth, and a lost announcement costs only delay.
 *
 * <p>A topic is any name that nodes agree on, such as a channel's. A text is any text without U+0000 and unpaired surrogates. Any
 * thread may call any method but {@link #close}, with any lock held: none of them waits, and none calls the {@link Listener}.
 */
public interface Bus extends AutoCloseable {

    /**
     * Begins to connect. Called once, before anything else; it does not wait, and a server that does not answer is tried again for
     * ever.
     */
    void start(Listener listener);

    /**
     * Tells the other nodes that listen to the topic. This node does not hear it. When the server is away, what is told waits for a
     * while; what does not fit any more, or waits for too long, is dropped and {@linkplain State#dropped counted}.
     *
     * @throws IllegalArgumentException when topic and text together have more than {@link #maxBytes} bytes in UTF-8, or cannot be
     *     carried: the caller's mistake, nothing is told
     */
    void tell(String topic, String text);

    /**
     * Wants to hear what others tell about the topic. The listener is told {@link Listener#listening} when that holds. Listening
     * twice is as listening once.
     */
    void listen(String topic);

    /** Wants to hear no more about the topic. What is on its way may still be heard. Of several calls for a topic the last one holds. */
    void ignore(String topic);

    /** How long topic and text may be together, in bytes of UTF-8. */
    int maxBytes();

    /** How it is now. */
    State state();

    /**
     * Ends: what waits is told if that takes no longer than a moment, then connections are closed. The listener is called no more when
     * this returns, unless it is in a call that does not end in time, or is itself the one that closes. The caller holds no lock.
     */
    @Override
    void close();

    /** The bus of a node that is alone: it tells nobody and hears nothing. */
    static Bus none() {
        return NoBus.ALONE;
    }

    /**
     * How a bus is now, and what it has done since its start.
     *
     * @param hearing whether what others tell is heard
     * @param waiting how many messages wait to be told
     * @param told how many messages were handed over to the server
     * @param heard how many messages of others the listener was told
     * @param dropped how many messages were dropped instead of being told
     */
    record State(boolean hearing, int waiting, long told, long heard, long dropped) {}

    /**
     * Who hears. All calls come one at a time, on a thread of the bus, with no lock held. While one lasts, nothing else is heard, so
     * none waits for long. What one throws is logged.
     */
    interface Listener {

        /** Another node has told this. What one node tells about one topic is heard in its order, unless something is lost. */
        void heard(String topic, String text);

        /**
         * What others tell about the topic from now on is heard. It follows each {@link Bus#listen} of a topic that was not listened to,
         * unless the topic is ignored first or the bus is deaf; then {@link #hearing} says it for all topics at once.
         */
        default void listening(String topic) {}

        /** From now on things may be lost: the connection is cut, or what this node tells itself does not come back. */
        void deaf();

        /**
         * From now on all topics that are listened to are heard. Whatever was told before may be lost. The first call of all: before it
         * the bus was deaf without saying so.
         */
        void hearing();
    }
}
