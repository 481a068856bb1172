package dev.herald.socketio;

import dev.herald.api.Arguments;
import dev.herald.api.JsonBytes;
import dev.herald.engine.EnginePacket.Bytes;
import dev.herald.json.JsonReading;
import jakarta.json.JsonArray;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import jakarta.json.spi.JsonProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of events, between packets, which have an array and bytes beside it, and the hub, which has one text ({@link
 * Arguments}). What needs no change is not parsed.
 */
final class EventArguments {

    private static final JsonProvider JSON = JsonProvider.provider();
    private static final String PLACEHOLDER = "_placeholder";
    private static final String NUMBER = "num";

    private EventArguments() {}

    /**
     * Arguments as they go into a packet.
     *
     * @param texts each as JSON, with a placeholder for each attachment
     */
    record Outbound(List<String> texts, List<Bytes> attachments) {}

    /** The elements of a well-formed array, as they are written. */
    static List<String> split(String array) {
        var elements = new ArrayList<String>();
        var depth = 0;
        var start = 1;
        for (var at = 0; at < array.length(); at++) {
            switch (array.charAt(at)) {
                case '"' -> at = endOfString(array, at);
                case '[', '{' -> depth++;
                case ']', '}' -> depth--;
                default -> {}
            }
            if (depth == 0 || (depth == 1 && array.charAt(at) == ',')) {
                var element = array.substring(start, at).strip();
                if (!element.isEmpty()) {
                    elements.add(element);
                }
                start = at + 1;
            }
        }
        return elements;
    }

    private static int endOfString(String text, int start) {
        var at = start + 1;
        while (text.charAt(at) != '"') {
            at += text.charAt(at) == '\\' ? 2 : 1;
        }
        return at;
    }

    /** Arguments as one text for the hub: bytes in their places, and what only looks like them escaped. */
    static String toHub(List<String> texts, List<Bytes> attachments) {
        var all = texts.stream().map(text -> toHub(text, attachments)).toList();
        return all.size() == 1 ? Arguments.single(all.get(0)) : Arguments.several("[" + String.join(",", all) + "]");
    }

    private static String toHub(String text, List<Bytes> attachments) {
        if (!mayHave(JsonBytes.MARK, text) && (attachments.isEmpty() || !mayHave(PLACEHOLDER, text))) {
            return text;
        }
        var value = parse(text);
        var escaped = JsonBytes.escape(value);
        var changed = attachments.isEmpty()
                ? escaped
                : replaced(escaped, object -> isPlaceholder(object) ? bytes(object, attachments) : object);
        return changed.equals(value) ? text : changed.toString();
    }

    /** Whether a member of JSON text may have this name of ASCII characters, which may be spelled with escapes. */
    private static boolean mayHave(String name, String text) {
        return text.contains(name) || text.contains("\\u00");
    }

    private static boolean isPlaceholder(JsonObject object) {
        return JsonValue.TRUE.equals(object.get(PLACEHOLDER)) && object.get(NUMBER) instanceof JsonNumber;
    }

    private static JsonObject bytes(JsonObject placeholder, List<Bytes> attachments) {
        return JsonBytes.of(attachments.get(placeholder.getInt(NUMBER)).toArray());
    }

    /** Arguments as they go into a packet. */
    static Outbound fromHub(String json) {
        if (!json.contains(Arguments.MARK) && !json.contains(JsonBytes.MARK)) {
            return new Outbound(List.of(json), List.of());
        }
        var arguments = Arguments.read(json);
        var attachments = new ArrayList<Bytes>();
        var texts = arguments.stream()
                .map(argument -> replaced(argument, object -> withPlaceholder(object, attachments)))
                .map(argument -> JsonBytes.unescape(argument).toString())
                .toList();
        return attachments.isEmpty() || arguments.stream().noneMatch(EventArguments::hasPlaceholder)
                ? new Outbound(texts, List.copyOf(attachments))
                : new Outbound(
                        arguments.stream()
                                .map(argument -> JsonBytes.unescape(argument).toString())
                                .toList(),
                        List.of());
    }

    /** An event with arguments from the hub. */
    static SocketIoPacket.Event event(String namespace, @Nullable Long ackId, String event, String json) {
        var arguments = fromHub(json);
        var array = new StringBuilder(json.length() + 50).append('[').append(quoted(event));
        arguments.texts().forEach(text -> array.append(',').append(text));
        return new SocketIoPacket.Event(
                namespace, ackId, event, array.append(']').toString(), arguments.attachments());
    }

    /**
     * Whether clients could take something that is only data for the place of an attachment, and find none there: so it must not
     * be in a packet with attachments.
     */
    private static boolean hasPlaceholder(JsonValue value) {
        if (value instanceof JsonArray array) {
            return array.stream().anyMatch(EventArguments::hasPlaceholder);
        }
        return value instanceof JsonObject object
                && (object.containsKey(PLACEHOLDER)
                        || object.values().stream().anyMatch(EventArguments::hasPlaceholder));
    }

    /** Bytes that are too many for a packet stay what they are in JSON. */
    private static JsonObject withPlaceholder(JsonObject object, List<Bytes> attachments) {
        if (attachments.size() == SocketIoPacket.MAX_ATTACHMENTS) {
            return object;
        }
        return JsonBytes.read(object)
                .map(bytes -> {
                    attachments.add(Bytes.wrap(bytes));
                    return JSON.createObjectBuilder()
                            .add(PLACEHOLDER, true)
                            .add(NUMBER, attachments.size() - 1)
                            .build();
                })
                .orElse(object);
    }

    /** The value with all objects replaced, at any depth, from the outside in. */
    private static JsonValue replaced(JsonValue value, UnaryOperator<JsonObject> replacement) {
        if (value instanceof JsonArray array) {
            var copy = JSON.createArrayBuilder();
            array.forEach(element -> copy.add(replaced(element, replacement)));
            return copy.build();
        } else if (value instanceof JsonObject object) {
            var replaced = replacement.apply(object);
            if (replaced != object) {
                return replaced;
            }
            var copy = JSON.createObjectBuilder();
            object.forEach((name, member) -> copy.add(name, replaced(member, replacement)));
            return copy.build();
        }
        return value;
    }

    static JsonValue parse(String json) {
        return JsonReading.read(json);
    }

    static String quoted(String text) {
        return JSON.createValue(text).toString();
    }
}
