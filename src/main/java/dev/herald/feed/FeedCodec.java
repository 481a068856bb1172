package dev.herald.feed;

import static dev.herald.request.ErrorCode.MALFORMED;

import dev.herald.api.Envelope;
import dev.herald.hub.Dialect;
import dev.herald.request.RejectedException;
import jakarta.json.JsonObject;
import jakarta.json.spi.JsonProvider;
import jakarta.websocket.DecodeException;
import jakarta.websocket.Decoder;
import jakarta.websocket.Encoder;
import java.util.List;

/** Reads what clients of the feed say, and writes what they are told ({@code docs/feed.md}). Thread-safe. */
final class FeedCodec implements Dialect<String> {

    /** Kept: the static methods of {@code Json} look for it anew with each call. */
    private static final JsonProvider JSON = JsonProvider.provider();

    private final FeedJson.MessageEncoder messages = new FeedJson.MessageEncoder();
    private final FeedJson.ReplyEncoder replies = new FeedJson.ReplyEncoder();
    private final FeedJson.RequestDecoder requests = new FeedJson.RequestDecoder();

    /** The classes that write, in the order in which the endpoint names them. */
    List<Class<? extends Encoder>> encoders() {
        return List.of(messages.getClass(), replies.getClass());
    }

    /** The classes that read. */
    List<Class<? extends Decoder>> decoders() {
        return List.of(requests.getClass());
    }

    /**
     * Reads one message.
     *
     * @throws RejectedException when it is no JSON object that Herald takes
     */
    JsonObject read(String text) {
        try {
            return requests.decode(text);
        } catch (DecodeException e) {
            throw new RejectedException(MALFORMED, String.valueOf(e.getMessage()));
        }
    }

    /** Writes what is for one client. */
    String write(ToClient message) {
        return replies.encode(message);
    }

    /** Writes a message for all of its recipients. Its data was checked when it came. */
    @Override
    public String write(Envelope message) {
        return messages.encode(message);
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
