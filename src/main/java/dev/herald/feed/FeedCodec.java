package dev.herald.feed;

import static dev.herald.request.ErrorCode.MALFORMED;

import dev.herald.api.Envelope;
import dev.herald.hub.Dialect;
import dev.herald.hub.HistoryPage;
import dev.herald.json.JsonGuard;
import dev.herald.request.RejectedException;
import jakarta.json.JsonObject;
import jakarta.json.bind.Jsonb;
import jakarta.json.spi.JsonProvider;
import java.io.StringReader;
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
     * @throws RejectedException when it is no JSON object that Herald takes
     */
    JsonObject read(String text) {
        try {
            JsonGuard.check(text);
        } catch (JsonGuard.MalformedJsonException e) {
            throw new RejectedException(MALFORMED, String.valueOf(e.getMessage()));
        }
        try (var reader = JSON.createReader(new StringReader(text))) {
            if (reader.readValue() instanceof JsonObject object) {
                return object;
            }
        }
        throw new RejectedException(MALFORMED, "a message is a JSON object");
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
}
