package dev.herald.feed;

import dev.herald.api.Envelope;
import dev.herald.json.JsonGuard;
import dev.herald.json.JsonReading;
import jakarta.json.JsonObject;
import jakarta.json.bind.Jsonb;
import jakarta.json.bind.JsonbBuilder;
import jakarta.json.spi.JsonProvider;
import jakarta.websocket.DecodeException;
import jakarta.websocket.Decoder;
import jakarta.websocket.Encoder;
import jakarta.websocket.EndpointConfig;
import org.jspecify.annotations.Nullable;

/**
 * Converts the feed's messages to text and back ({@code docs/feed.md}). {@link FeedEndpoint} names these classes, and {@link
 * FeedCodec} runs them: once for each message, however many get it, and only on whole messages of limited size, which a
 * container would not promise. They keep nothing, so any thread may call them.
 */
public final class FeedJson {

    /** Kept: the static methods of {@code Json} look for it anew with each call. */
    private static final JsonProvider JSON = JsonProvider.provider();

    private static final Jsonb JSONB = JsonbBuilder.create();

    private FeedJson() {}

    /** There is nothing to prepare. */
    abstract static class Stateless {

        /** Called by the container. */
        public void init(EndpointConfig config) {
            // Nothing is configured.
        }

        /** Called by the container. */
        public void destroy() {
            // Nothing is kept.
        }
    }

    /** News, private messages and all others that go through channels. Their data is JSON already, and stays as it is. */
    public static final class MessageEncoder extends Stateless implements Encoder.Text<Envelope> {

        @Override
        public String encode(Envelope message) {
            return message.toJson();
        }
    }

    /** What one client is told of itself and of its requests: written by JSON-B, but for what is JSON already. */
    public static final class ReplyEncoder extends Stateless implements Encoder.Text<ToClient> {

        @Override
        public String encode(ToClient reply) {
            if (reply instanceof ToClient.OfDocument document) {
                // The object has members of its own.
                return head(document.event(), document.id())
                        .append(document.json().equals("{}") ? "" : ",")
                        .append(document.json(), 1, document.json().length())
                        .toString();
            }
            return reply instanceof ToClient.History history ? encode(history) : JSONB.toJson(reply);
        }

        private static StringBuilder head(String event, @Nullable String id) {
            var text = new StringBuilder("{\"event\":").append(quoted(event));
            return id == null ? text : text.append(",\"id\":").append(quoted(id));
        }

        private static String encode(ToClient.History history) {
            var page = history.page();
            var text = head("history", history.id());
            text.append(",\"channel\":").append(quoted(page.channel().value()));
            text.append(",\"messages\":").append(page.messagesJson());
            text.append(",\"head\":").append(page.head().offset());
            return text.append(",\"epoch\":")
                    .append(quoted(page.head().epoch()))
                    .append('}')
                    .toString();
        }

        private static String quoted(String text) {
            return JSON.createValue(text).toString();
        }
    }

    /**
     * What a client says, as a JSON object that {@link JsonGuard} has passed. Not by JSON-B into records: it would make
     * {@code "5"} of 5, and differently on each server.
     */
    public static final class RequestDecoder extends Stateless implements Decoder.Text<JsonObject> {

        @Override
        public JsonObject decode(String text) throws DecodeException {
            try {
                if (JsonReading.read(JsonGuard.accept(text)) instanceof JsonObject object) {
                    return object;
                }
            } catch (JsonGuard.MalformedJsonException e) {
                throw new DecodeException(text, String.valueOf(e.getMessage()), e);
            }
            throw new DecodeException(text, "a message is a JSON object");
        }

        @Override
        public boolean willDecode(@Nullable String text) {
            return text != null;
        }
    }
}
