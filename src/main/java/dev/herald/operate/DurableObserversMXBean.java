package dev.herald.operate;

import java.util.Map;

/** What JMX shows of the observers that are called once for all nodes. */
public interface DurableObserversMXBean {

    /** For each observer how many messages in the log it has not seen. Asks the database. */
    Map<String, Long> getBehind();

    /**
     * Where an observer has thrown, by {@code "observer in channel"}: at which message, and what. It is called again, and what
     * follows in that channel waits. Only the node that calls the observers knows it.
     */
    Map<String, String> getFailing();

    /**
     * Goes on without the message at which an observer has thrown. To be called at the node that calls the observers.
     *
     * @return false when the observer waits for no message of this channel
     */
    boolean skip(String observer, String channel);
}
