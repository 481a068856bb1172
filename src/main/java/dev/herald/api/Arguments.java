package dev.herald.api;

import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.List;
import java.util.Optional;

/**
 * How the arguments of an event are one JSON text. One argument is that argument. Several, or none, are {@code {"$args": [first,
 * second]}}, which is also what clients of the feed see; and so is a single one that looks like that by itself. Bytes, at any
 * depth, are what {@link JsonBytes} says.
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

    /** The arguments of a text that lists them. Texts that cannot are not parsed. */
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
