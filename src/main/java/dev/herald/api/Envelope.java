package dev.herald.api;

import jakarta.json.JsonValue;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A message, with everything that the server knows about it.
 *
 * <pre>{@code
 * for (Envelope message : herald.latest(new ChannelName("orders"), 50)) {
 *     String sender = message.from() == null ? "the shop" : message.from().name();
 *     System.out.println(sender + " at " + message.at() + ": " + message.data());
 * }
 * }</pre>
 *
 * @param channel {@code null} for a message to a single connection
 * @param position its place in the channel's log; {@code null} when it is not logged (a volatile channel, a message to a single
 *     connection)
 * @param event what kind of message it is, for example {@code news}
 * @param from who sent it, as the server knows; {@code null} when the application itself did
 * @param to the id of the person it is for; {@code null} unless it is private
 * @param at when the server took it; information only, the order is the position's
 * @param json the data as JSON text, {@code null} (the word) when there is none; how several arguments and bytes are written in
 *     it, {@link Arguments} says
 * @param except who does not get it: connections with one of these ids, and connections in one of these channels
 */
public record Envelope(
        @Nullable ChannelName channel,
        @Nullable Position position,
        String event,
        @Nullable Person from,
        @Nullable String to,
        Instant at,
        String json,
        Set<String> except) {

    public Envelope {
        except = Set.copyOf(except);
    }

    /** A message that nobody is excepted from. */
    public Envelope(
            @Nullable ChannelName channel,
            @Nullable Position position,
            String event,
            @Nullable Person from,
            @Nullable String to,
            Instant at,
            String json) {
        this(channel, position, event, from, to, at, json, Set.of());
    }

    /**
     * The whole message as a JSON object, as the feed tells it: {@code {"event", "channel", "offset", "epoch", "from", "name",
     * "to", "at", "data"}}, without members that have no value. The data is copied as it is.
     */
    public String toJson() {
        return JsonText.of(this);
    }

    /** As {@link #toJson}, but without the event and the data. */
    public String metadata() {
        return JsonText.metadata(this);
    }

    /** The data as a JSON value: the first argument if there are several. Parsed anew by each call. */
    public JsonValue data() {
        return Arguments.first(json);
    }

    /** All arguments, of which there is one unless a Socket.IO client or a bean gave several, or none. Parsed anew by each call. */
    public List<JsonValue> arguments() {
        return Arguments.read(json);
    }
}
