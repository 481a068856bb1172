package dev.herald.feed;

import dev.herald.api.ChannelName;
import dev.herald.api.Position;
import org.jspecify.annotations.Nullable;

/** What a client of the feed can say ({@code docs/feed.md}, "From the client"). */
sealed interface FromClient {

    /** The word that stands for the connection's own private channel where a channel is named. */
    String PRIVATE = "private";

    /**
     * A message for everyone in a channel.
     *
     * @param json the data as JSON text
     * @param id the client's own; {@code null} when it wants no ack
     */
    record Publish(
            String event,
            ChannelName channel,
            String json,
            @Nullable String id) implements FromClient {}

    /** A message for one person. */
    record Tell(String to, String json, @Nullable String id) implements FromClient {}

    /**
     * Wants a channel's messages.
     *
     * @param channel {@code null} for the own private one
     * @param since the last message the client has; {@code null} to begin now
     */
    record Join(
            @Nullable ChannelName channel,
            @Nullable Position since,
            @Nullable String id) implements FromClient {}

    /**
     * Wants a channel's messages no longer.
     *
     * @param channel {@code null} for the own private one
     */
    record Leave(@Nullable ChannelName channel, @Nullable String id) implements FromClient {}

    /** Wants to hear something. */
    record Ping() implements FromClient {}
}
