package dev.herald.feed;

import static dev.herald.feed.ErrorCode.CHANNEL_FORBIDDEN;
import static dev.herald.feed.ErrorCode.CHANNEL_INVALID;
import static dev.herald.feed.ErrorCode.EVENT_INVALID;
import static dev.herald.feed.ErrorCode.EVENT_RESERVED;
import static dev.herald.feed.ErrorCode.ID_INVALID;
import static dev.herald.feed.ErrorCode.MALFORMED;
import static dev.herald.feed.ErrorCode.SINCE_INVALID;
import static dev.herald.feed.ErrorCode.TO_INVALID;

import dev.herald.api.ChannelName;
import dev.herald.api.Envelope;
import dev.herald.api.Person;
import dev.herald.api.Position;
import dev.herald.hub.Dialect;
import dev.herald.hub.Draft;
import dev.herald.hub.EventName;
import dev.herald.hub.JsonGuard;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
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
     * @throws RejectedException when it is answered with an error
     * @throws JsonGuard.HostileJsonException when the connection is to be closed
     */
    FromClient read(String text) {
        var request = parse(text);
        var id = request.id();
        if (id != null && (id.isEmpty() || id.length() > Draft.MAX_CLIENT_ID)) {
            throw new RejectedException(ID_INVALID, null, "id is 1 to " + Draft.MAX_CLIENT_ID + " characters");
        }
        var event = request.event();
        if (event == null || !EventName.isValid(event)) {
            throw new RejectedException(
                    EVENT_INVALID, id, "event is the message's name, 1 to " + EventName.MAX_LENGTH + " characters");
        }
        return switch (event) {
            case "ping" -> new FromClient.Ping();
            case "join" -> new FromClient.Join(channelOrOwn(request), since(request), id);
            case "leave" -> new FromClient.Leave(channelOrOwn(request), id);
            case "private" -> new FromClient.Tell(to(request), request.json(), id);
            default -> publish(event, request);
        };
    }

    private static FeedRequest parse(String text) {
        try {
            JsonGuard.check(text);
        } catch (JsonGuard.MalformedJsonException e) {
            throw new RejectedException(MALFORMED, null, String.valueOf(e.getMessage()));
        }
        try (var reader = JSON.createReader(new StringReader(text))) {
            if (reader.readValue() instanceof JsonObject object) {
                return FeedRequest.of(object);
            }
        }
        throw new RejectedException(MALFORMED, null, "a message is a JSON object");
    }

    private static FromClient.Publish publish(String event, FeedRequest request) {
        if (EventName.isReserved(event)) {
            throw new RejectedException(EVENT_RESERVED, request.id(), "the event " + event + " is the server's own");
        }
        var isNews = event.equals("news") && request.channel() == null;
        var channel = isNews ? ChannelName.NEWS : channel(request);
        if (channel.isPrivate() || channel.value().equals(FromClient.PRIVATE)) {
            throw new RejectedException(
                    CHANNEL_FORBIDDEN, request.id(), "a private channel is written to with the event private");
        }
        return new FromClient.Publish(event, channel, request.json(), request.id());
    }

    private static @Nullable ChannelName channelOrOwn(FeedRequest request) {
        return FromClient.PRIVATE.equals(request.channel()) ? null : channel(request);
    }

    private static ChannelName channel(FeedRequest request) {
        if (request.channel() == null) {
            throw new RejectedException(CHANNEL_INVALID, request.id(), "channel is missing");
        }
        try {
            return new ChannelName(request.channel());
        } catch (IllegalArgumentException e) {
            throw new RejectedException(CHANNEL_INVALID, request.id(), String.valueOf(e.getMessage()));
        }
    }

    private static String to(FeedRequest request) {
        var to = request.to();
        if (to == null || to.isEmpty() || to.length() > Person.MAX_ID) {
            throw new RejectedException(TO_INVALID, request.id(), "to is the id of a person");
        }
        return to;
    }

    private static @Nullable Position since(FeedRequest request) {
        var since = request.since();
        if (since == null) {
            return null;
        }
        try {
            if (since instanceof JsonObject object
                    && object.get("epoch") instanceof JsonString epoch
                    && object.get("offset") instanceof JsonNumber offset) {
                return new Position(epoch.getString(), offset.longValueExact());
            }
        } catch (ArithmeticException | IllegalArgumentException e) {
            throw new RejectedException(SINCE_INVALID, request.id(), "since is no position: " + e.getMessage());
        }
        throw new RejectedException(
                SINCE_INVALID, request.id(), "since is {\"epoch\": string, \"offset\": whole number}");
    }

    /** Writes what is for one client. */
    String write(ToClient message) {
        return jsonb.toJson(message);
    }

    /** Writes a message for all of its recipients. The data goes through as it is: it was checked when it came. */
    @Override
    public String write(Envelope message) {
        var text = new StringBuilder(200 + message.json().length());
        text.append("{\"event\":").append(quoted(message.event()));
        var channel = message.channel();
        if (channel != null) {
            text.append(",\"channel\":").append(quoted(channel.value()));
        }
        var position = message.position();
        if (position != null) {
            text.append(",\"offset\":").append(position.offset());
            text.append(",\"epoch\":").append(quoted(position.epoch()));
        }
        var from = message.from();
        if (from != null) {
            text.append(",\"from\":").append(quoted(from.id()));
            text.append(",\"name\":").append(quoted(from.name()));
        }
        var to = message.to();
        if (to != null) {
            text.append(",\"to\":").append(quoted(to));
        }
        text.append(",\"at\":").append(quoted(message.at().toString()));
        return text.append(",\"data\":").append(message.json()).append('}').toString();
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

    private static String quoted(String text) {
        return JSON.createValue(text).toString();
    }

    /** All that any message from a client may have. Members that are not here are ignored. */
    private record FeedRequest(
            @Nullable String event,
            @Nullable String channel,
            @Nullable String to,
            @Nullable String id,
            @Nullable JsonValue since,
            String json) {

        /** Takes nothing for something else: JSON-B would make "5" of 5, and differently on each server. */
        static FeedRequest of(JsonObject object) {
            var id = string(object, "id", null);
            return new FeedRequest(
                    string(object, "event", id),
                    string(object, "channel", id),
                    string(object, "to", id),
                    id,
                    object.get("since"),
                    String.valueOf(object.getOrDefault("data", JsonValue.NULL)));
        }

        private static @Nullable String string(JsonObject object, String name, @Nullable String id) {
            var value = object.get(name);
            if (value == null || value instanceof JsonString) {
                return value == null ? null : ((JsonString) value).getString();
            }
            throw new RejectedException(MALFORMED, id, name + " is a string");
        }
    }
}
