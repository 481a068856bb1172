package dev.herald.feed;

import static dev.herald.hub.ErrorCode.MALFORMED;
import static dev.herald.hub.ErrorCode.SINCE_INVALID;

import dev.herald.api.Envelope;
import dev.herald.api.Position;
import dev.herald.hub.Dialect;
import dev.herald.hub.HistoryPage;
import dev.herald.hub.JsonGuard;
import dev.herald.hub.RejectedException;
import dev.herald.hub.Request;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import jakarta.json.bind.Jsonb;
import jakarta.json.spi.JsonProvider;
import java.io.StringReader;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads what clients of the feed say, and writes what they are told ({@code docs/feed.md}). Thread-safe. */
final class FeedCodec implements Dialect<String> {

    /** Kept: the static methods of {@code Json} look for it anew with each call. */
    private static final JsonProvider JSON = JsonProvider.provider();

    private final Jsonb jsonb;

    FeedCodec(Jsonb jsonb) {
        this.jsonb = jsonb;
    }

    /**
     * Reads one message.
     *
     * @return empty for a ping, which only wants to hear something
     * @throws RejectedException when it is answered with an error
     * @throws JsonGuard.HostileJsonException when the connection is to be closed
     */
    Optional<Request> read(String text) {
        var words = words(object(text));
        words.checkedId();
        return "ping".equals(words.event()) ? Optional.empty() : Optional.of(words.request());
    }

    private static JsonObject object(String text) {
        try {
            JsonGuard.check(text);
        } catch (JsonGuard.MalformedJsonException e) {
            throw new RejectedException(MALFORMED, null, String.valueOf(e.getMessage()));
        }
        try (var reader = JSON.createReader(new StringReader(text))) {
            if (reader.readValue() instanceof JsonObject object) {
                return object;
            }
        }
        throw new RejectedException(MALFORMED, null, "a message is a JSON object");
    }

    /** Writes what is for one client. */
    String write(ToClient message) {
        return jsonb.toJson(message);
    }

    /** Writes a message for all of its recipients. Its data was checked when it came. */
    @Override
    public String write(Envelope message) {
        return message.toJson();
    }

    /** Writes the answer to who asked for a channel's past. */
    String write(HistoryPage history, @Nullable String id) {
        var text = new StringBuilder("{\"event\":\"history\"");
        if (id != null) {
            text.append(",\"id\":").append(quoted(id));
        }
        text.append(",\"channel\":").append(quoted(history.channel().value()));
        text.append(",\"messages\":").append(history.messagesJson());
        text.append(",\"head\":").append(history.head().offset());
        return text.append(",\"epoch\":")
                .append(quoted(history.head().epoch()))
                .append('}')
                .toString();
    }

    private static String quoted(String text) {
        return JSON.createValue(text).toString();
    }

    /** The position of a message as JSON, for the reason of a close: at most 123 bytes, so without a channel of a long name. */
    static String position(Envelope message) {
        var position = message.position();
        if (position == null) {
            return "";
        }
        var json = JSON.createObjectBuilder();
        var channel = message.channel();
        if (channel != null && channel.value().length() + position.epoch().length() <= 60) {
            json.add("channel", channel.value());
        }
        return json.add("epoch", position.epoch())
                .add("offset", position.offset())
                .build()
                .toString();
    }

    /** All that any message may have. Nothing is taken for something else: JSON-B would make "5" of 5, and differently on each server. */
    private static Request.Words words(JsonObject message) {
        var id = string(message, "id", null);
        var event = string(message, "event", id);
        if (Request.HISTORY.equals(event)) {
            return Request.Words.ofHistory(
                    string(message, "channel", id), id, text(message.get("before")), text(message.get("limit")));
        }
        if (Request.SEEN.equals(event)) {
            return Request.Words.ofSeen(id, text(message.get("offset")), string(message, "epoch", id));
        }
        return new Request.Words(
                event,
                string(message, "channel", id),
                string(message, "to", id),
                id,
                "join".equals(event) ? since(message.get("since"), id) : null,
                String.valueOf(message.getOrDefault("data", JsonValue.NULL)));
    }

    private static @Nullable String string(JsonObject object, String name, @Nullable String id) {
        var value = object.get(name);
        if (value == null || value instanceof JsonString) {
            return value == null ? null : ((JsonString) value).getString();
        }
        throw new RejectedException(MALFORMED, id, name + " is a string");
    }

    private static @Nullable String text(@Nullable JsonValue value) {
        return value == null ? null : value.toString();
    }

    private static @Nullable Position since(@Nullable JsonValue since, @Nullable String id) {
        try {
            return since == null ? null : Position.of(since);
        } catch (IllegalArgumentException e) {
            throw new RejectedException(SINCE_INVALID, id, "since: " + e.getMessage());
        }
    }
}
