package dev.herald.http;

import java.time.Duration;

/**
 * What the HTTP API allows and expects.
 *
 * @param maxBodyBytes of one request's body
 * @param maxPosts bodies that are on their way at a time; those that come with their headers do not count
 * @param postTimeout how long a body may take
 * @param queuedMessages that may wait for one listener
 * @param queuedBytes that may wait for one listener, as estimated
 * @param writeTimeout how long a listener may take no data while some waits
 * @param pingInterval how long a stream may be silent before a comment is sent
 */
public record HttpSettings(
        int maxBodyBytes,
        int maxPosts,
        Duration postTimeout,
        int queuedMessages,
        long queuedBytes,
        Duration writeTimeout,
        Duration pingInterval) {

    /** The values of {@code docs/settings.md}. */
    public static final HttpSettings DEFAULT = new HttpSettings(
            64 * 1024, 64, Duration.ofSeconds(30), 256, 1024 * 1024, Duration.ofSeconds(10), Duration.ofSeconds(25));

    public HttpSettings {
        if (maxBodyBytes < 1 || maxPosts < 1 || queuedMessages < 1 || queuedBytes < 1) {
            throw new IllegalArgumentException("each limit is at least 1");
        }
        if (postTimeout.isNegative() || writeTimeout.isNegative() || pingInterval.isNegative()) {
            throw new IllegalArgumentException("no time is negative");
        }
    }
}
