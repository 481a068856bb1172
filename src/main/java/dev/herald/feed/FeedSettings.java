package dev.herald.feed;

import java.time.Duration;

/**
 * What the plain JSON endpoints allow and expect.
 *
 * @param maxMessageBytes of one message from a client, in UTF-8
 * @param queuedMessages that may wait for one client
 * @param queuedBytes that may wait for one client, as estimated
 * @param writeTimeout how long a client may take no data while some is being sent
 * @param pingInterval how long a client may be silent before it is pinged
 * @param pingTimeout how much longer it may be silent before it counts as gone
 * @param resumeWindow how long a new connection's own two channels wait for it to resume them
 */
public record FeedSettings(
        int maxMessageBytes,
        int queuedMessages,
        long queuedBytes,
        Duration writeTimeout,
        Duration pingInterval,
        Duration pingTimeout,
        Duration resumeWindow) {

    /** The values of {@code docs/feed.md}. */
    public static final FeedSettings DEFAULT = new FeedSettings(
            64 * 1024,
            256,
            1024 * 1024,
            Duration.ofSeconds(10),
            Duration.ofSeconds(25),
            Duration.ofSeconds(20),
            Duration.ofMillis(500));

    public FeedSettings {
        if (maxMessageBytes < 1 || queuedMessages < 1 || queuedBytes < 1) {
            throw new IllegalArgumentException("each limit is at least 1");
        }
        if (writeTimeout.isNegative()
                || pingInterval.isNegative()
                || pingTimeout.isNegative()
                || resumeWindow.isNegative()) {
            throw new IllegalArgumentException("no time is negative");
        }
    }
}
