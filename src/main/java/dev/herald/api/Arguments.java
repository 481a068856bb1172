package dev.herald.api;

import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.List;
import java.util.Optional;

/**
 * Writes the arguments of an event as one JSON text, and reads them again. A single argument is written as it is. Several
 * arguments, or none, are written as {@code {"$args": [first, second]}}, which is also what clients of the feed see; so is a
 * single argument that itself looks like this. Bytes, at any depth, are written as {@link JsonBytes} says.
 *
 * <pre>{@code
 * List<JsonValue> arguments = Arguments.read(envelope.json());
 * JsonValue first = arguments.isEmpty() ? JsonValue.NULL : arguments.get(0);
 * }</pre>
 */
public final class Arguments {

    /** The only member of the object that stands for several arguments, or none. */
    public static final String MARK = "$args";

    private Arguments() {}

    /** Writes arguments as one text. */
    public static String write(List<? extends JsonValue> arguments) {
        return arguments.size() == 1
                ? single(arguments.get(0).toString())
                : several(JsonText.array(arguments).toString());
    }

    /** Writes one argument, which is JSON, as one text. */
    public static String single(String json) {
        return list(json).isPresent() ? several("[" + json + "]") : json;
    }

    /**
     * Writes several arguments, or none, as one text.
     *
     * @param array all of them, as a JSON array
     */
    public static String several(String array) {
        return "{\"" + MARK + "\":" + array + "}";
    }

    /** Reads what {@link #write} wrote. */
    public static List<JsonValue> read(String json) {
        return list(json).map(List::copyOf).orElseGet(() -> List.of(JsonText.read(json)));
    }

    /** The arguments, if the text lists several or none. A text that cannot do so is not parsed. */
    private static Optional<List<JsonValue>> list(String json) {
        return json.contains(MARK)
                        && json.stripLeading().startsWith("{")
                        && JsonText.read(json) instanceof JsonObject object
                        && object.size() == 1
                        && object.get(MARK) instanceof JsonArray array
                ? Optional.of(array)
                : Optional.empty();
    }

    static JsonValue first(String json) {
        var all = read(json);
        return all.isEmpty() ? JsonValue.NULL : all.get(0);
    }
}
