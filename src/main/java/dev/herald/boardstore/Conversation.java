package dev.herald.boardstore;

import dev.herald.api.ChannelName;

/**
 * What somebody reads: a channel, or what is between that person and another one.
 *
 * @param key the channel's name, or {@code @} and the other person's id
 */
public record Conversation(String key) {

    /** A channel. */
    public static Conversation in(ChannelName channel) {
        return new Conversation(channel.value());
    }

    /** Private messages between the reader and this person. */
    public static Conversation with(String personId) {
        return new Conversation("@" + personId);
    }
}
