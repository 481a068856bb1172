package dev.herald.websocket;

import java.time.Duration;

/**
 * What a peer may send, and how long the server waits for it.
 *
 * @param maxMessageBytes of one message in either kind, over all its fragments
 * @param maxFragments frames of one message
 * @param maxControlFramesPerSecond pings and pongs of the peer
 * @param writeTimeout how long nothing of what waits may leave
 * @param closeTimeout how long the peer may take to answer a close
 */
public record WebSocketLimits(
        int maxMessageBytes,
        int maxFragments,
        int maxControlFramesPerSecond,
        Duration writeTimeout,
        Duration closeTimeout) {

    public WebSocketLimits {
        requirePositive("maxMessageBytes", maxMessageBytes);
        requirePositive("maxFragments", maxFragments);
        requirePositive("maxControlFramesPerSecond", maxControlFramesPerSecond);
        requirePositive("writeTimeout", writeTimeout.toNanos());
        requirePositive("closeTimeout", closeTimeout.toNanos());
    }

    private static void requirePositive(String name, long value) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " is not positive");
        }
    }
}
