package dev.herald.socketio;

import static dev.herald.request.ErrorCode.MALFORMED;

import dev.herald.engine.EnginePacket.Bytes;
import dev.herald.request.RawRequest;
import dev.herald.request.RejectedException;
import dev.herald.request.Request;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import jakarta.json.spi.JsonProvider;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What clients in the main namespace ask of Herald itself ({@code docs/socketio.md}, "Herald's channels"). Their last argument may
 * say more about the message: {@code {"channel", "to", "id"}}.
 */
final class ChannelRequests {

    private static final JsonProvider JSON = JsonProvider.provider();

    private static final Set<String> OPTIONS = Set.of("channel", "to", "id");

    /** What is Herald's own whatever its arguments are. */
    private static final Set<String> OWN = Set.of(Request.JOIN, Request.LEAVE, Request.HISTORY);

    private static final Set<String> OF_DOCUMENTS = Set.of(
            Request.OfDocument.OPEN,
            Request.OfDocument.CHANGE,
            Request.OfDocument.CLOSE,
            Request.OfDocument.PRESENCE,
            Request.OfDocument.PEOPLE);

    private ChannelRequests() {}

    /**
     * Reads an event.
     *
     * @param arguments each as JSON
     * @return empty when it is for the application's observers alone: it names no channel and no person
     * @throws RejectedException when it is answered with an error
     */
    static Optional<RawRequest> read(String event, List<String> arguments, List<Bytes> attachments) {
        if (OWN.contains(event)) {
            return Optional.of(aboutChannel(event, arguments));
        } else if (event.equals(Request.SEEN)) {
            return Optional.of(seen(arguments));
        }
        if (OF_DOCUMENTS.contains(event)) {
            return Optional.of(ofDocument(event, arguments, attachments));
        }
        var options = options(arguments);
        var data = options.isEmpty() ? arguments : arguments.subList(0, arguments.size() - 1);
        var fields = options.orElse(JsonValue.EMPTY_JSON_OBJECT);
        if (event.equals(Request.PRIVATE)) {
            fields = withRecipient(fields, data);
        }
        var names = event.equals(Request.PRIVATE) ? "to" : "channel";
        if (!fields.containsKey(names) && !event.equals("news")) {
            return Optional.empty();
        }
        var json = data.isEmpty() ? "null" : EventArguments.toHub(data, attachments);
        return Optional.of(new RawRequest(event, fields, json));
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
    private static JsonObject withRecipient(JsonObject fields, List<String> data) {
        return !fields.containsKey("to")
                        && !data.isEmpty()
                        && data.get(0).startsWith("{")
                        && EventArguments.parse(data.get(0)) instanceof JsonObject object
                        && object.get("to") instanceof JsonString to
                ? JSON.createObjectBuilder(fields).add("to", to).build()
                : fields;
    }

    /** They have the channel's name, or {@code {"channel", "since"}}, or {@code {"channel", "before", "limit"}}. */
    private static RawRequest aboutChannel(String event, List<String> arguments) {
        var argument = first(arguments);
        if (argument instanceof JsonObject || argument instanceof JsonString) {
            return new RawRequest(event, asFields(argument, "channel"));
        }
        throw new RejectedException(MALFORMED, event + " has the channel's name, or an object that says more about it");
    }

    /** They have an offset, or {@code {"offset", "epoch"}}. */
    private static RawRequest seen(List<String> arguments) {
        return new RawRequest(Request.SEEN, asFields(first(arguments), "offset"));
    }

    /** A client gives a new token: the token, or {@code {"token"}}. */
    static RawRequest authenticate(List<String> arguments) {
        return new RawRequest(Request.AUTHENTICATE, asFields(first(arguments), "token"));
    }

    /** They have one object. */
    private static RawRequest ofDocument(String event, List<String> arguments, List<Bytes> attachments) {
        if (!attachments.isEmpty()) {
            throw new RejectedException(MALFORMED, "a document is JSON, without bytes");
        }
        return new RawRequest(event, asFields(first(arguments), "name"));
    }

    private static JsonValue first(List<String> arguments) {
        return arguments.isEmpty() ? JsonValue.NULL : EventArguments.parse(arguments.get(0));
    }

    /** An argument that is no object is the value of one field. */
    private static JsonObject asFields(JsonValue argument, String field) {
        return argument instanceof JsonObject object
                ? object
                : JSON.createObjectBuilder().add(field, argument).build();
    }
}
