package dev.herald.api;

import jakarta.json.JsonValue;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A message with what the server knows of it.
 *
 * @param channel {@code null} for a message to a single connection
 * @param position its place in the channel's log; {@code null} when it is not logged (a volatile channel, a message to a single
 *     connection)
 * @param event what kind of message it is, for example {@code news}
 * @param from who sent it, as the server knows; {@code null} when the application itself did
 * @param to the id of the person it is for; {@code null} unless it is private
 * @param at when the server took it; information only, the order is the position's
 * @param json the data as JSON text, {@code null} (the word) when there is none
 */
public record Envelope(
        @Nullable ChannelName channel,
        @Nullable Position position,
        String event,
        @Nullable Person from,
        @Nullable String to,
        Instant at,
        String json) {

    /** The data as a JSON value; parsed anew by each call. */
    public JsonValue data() {
        return JsonText.read(json);
    }
}
