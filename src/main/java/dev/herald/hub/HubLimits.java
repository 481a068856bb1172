package dev.herald.hub;

/**
 * How much the hub takes.
 *
 * @param connections open at a time
 * @param channelsPerConnection that one connection may join, besides its own two
 * @param replayedMessages the most that are sent again when a client joins a channel
 */
public record HubLimits(int connections, int channelsPerConnection, int replayedMessages) {

    public HubLimits {
        if (connections < 1 || channelsPerConnection < 0 || replayedMessages < 1) {
            throw new IllegalArgumentException("a limit is too small: " + connections + " connections, "
                    + channelsPerConnection + " channels, " + replayedMessages + " messages");
        }
    }
}
