package dev.herald.socketio;

import static dev.herald.hub.ErrorCode.MALFORMED;
import static dev.herald.hub.ErrorCode.SINCE_INVALID;

import dev.herald.api.Position;
import dev.herald.engine.EnginePacket.Bytes;
import dev.herald.hub.RejectedException;
import dev.herald.hub.Request;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What clients in the main namespace ask of Herald itself ({@code docs/socketio.md}, "Herald's channels"). Their last argument may
 * say more about the message: {@code {"channel", "to", "id"}}.
 */
final class ChannelRequests {

    private static final Set<String> OPTIONS = Set.of("channel", "to", "id");

    /** What is Herald's own whatever its arguments are. */
    private static final Set<String> OWN = Set.of("join", "leave", Request.HISTORY);

    private ChannelRequests() {}

    /**
     * Reads an event.
     *
     * @param arguments each as JSON
     * @return empty when it is for the application's observers alone: it names no channel and no person
     * @throws RejectedException when it is answered with an error
     */
    static Optional<Request> read(String event, List<String> arguments, List<Bytes> attachments) {
        if (OWN.contains(event)) {
            return Optional.of(channelWords(event, arguments).request());
        } else if (event.equals(Request.SEEN)) {
            return Optional.of(seenWords(arguments).request());
        }
        var options = options(arguments);
        var data = options.isEmpty() ? arguments : arguments.subList(0, arguments.size() - 1);
        var channel = options.map(o -> string(o, "channel")).orElse(null);
        var to = options.map(o -> string(o, "to"))
                .orElseGet(() -> event.equals(Request.PRIVATE) ? recipient(data) : null);
        var id = options.map(o -> string(o, "id")).orElse(null);
        if (event.equals(Request.PRIVATE) ? to == null : channel == null && !event.equals("news")) {
            return Optional.empty();
        }
        var json = data.isEmpty() ? "null" : EventArguments.toHub(data, attachments);
        return Optional.of(new Request.Words(event, channel, to, id, null, json).request());
    }

    private static Optional<JsonObject> options(List<String> arguments) {
        var last = arguments.isEmpty() ? "" : arguments.get(arguments.size() - 1);
        return arguments.size() > 1
                        && last.startsWith("{")
                        && EventArguments.parse(last) instanceof JsonObject object
                        && !object.isEmpty()
                        && OPTIONS.containsAll(object.keySet())
                ? Optional.of(object)
                : Optional.empty();
    }

    /** A private message may say within its data whom it is for. */
    private static @Nullable String recipient(List<String> data) {
        return !data.isEmpty()
                        && data.get(0).startsWith("{")
                        && EventArguments.parse(data.get(0)) instanceof JsonObject object
                        && object.get("to") instanceof JsonString to
                ? to.getString()
                : null;
    }

    /** They have the channel's name, or {@code {"channel", "since"}}, or {@code {"channel", "before", "limit"}}. */
    private static Request.Words channelWords(String event, List<String> arguments) {
        var argument = arguments.isEmpty() ? JsonValue.NULL : EventArguments.parse(arguments.get(0));
        if (event.equals(Request.HISTORY) && argument instanceof JsonObject object) {
            return Request.Words.ofHistory(
                    string(object, "channel"), null, text(object.get("before")), text(object.get("limit")));
        } else if (argument instanceof JsonString name) {
            return new Request.Words(event, name.getString(), null, null, null, "null");
        } else if (argument instanceof JsonObject object) {
            return new Request.Words(event, string(object, "channel"), null, null, since(object.get("since")), "null");
        }
        throw new RejectedException(
                MALFORMED, null, event + " has the channel's name, or an object that says more about it");
    }

    /** They have an offset, or {@code {"offset", "epoch"}}. */
    private static Request.Words seenWords(List<String> arguments) {
        var argument = arguments.isEmpty() ? JsonValue.NULL : EventArguments.parse(arguments.get(0));
        return argument instanceof JsonObject object
                ? Request.Words.ofSeen(null, text(object.get("offset")), string(object, "epoch"))
                : Request.Words.ofSeen(null, text(argument), null);
    }

    private static @Nullable String text(@Nullable JsonValue value) {
        return value == null ? null : value.toString();
    }

    private static @Nullable Position since(@Nullable JsonValue since) {
        try {
            return since == null ? null : Position.of(since);
        } catch (IllegalArgumentException e) {
            throw new RejectedException(SINCE_INVALID, null, "since: " + e.getMessage());
        }
    }

    private static @Nullable String string(JsonObject object, String name) {
        var value = object.get(name);
        if (value == null || value instanceof JsonString) {
            return value == null ? null : ((JsonString) value).getString();
        }
        throw new RejectedException(MALFORMED, null, name + " is a string");
    }
}
