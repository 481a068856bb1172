package dev.herald.api;

import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.List;

/**
 * How the arguments of an event are one JSON text. One argument is that argument. Several, or none, are {@code {"$args": [first,
 * second]}}, which is also what clients of the feed see. Bytes, at any depth, are what {@link JsonBytes} says.
 */
public final class Arguments {

    /** The only member of the object that stands for several arguments, or none. */
    public static final String MARK = "$args";

    private Arguments() {}

    /** Writes arguments as one text. */
    public static String write(List<? extends JsonValue> arguments) {
        return arguments.size() == 1
                ? arguments.get(0).toString()
                : several(JsonText.array(arguments).toString());
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
        var value = JsonText.read(json);
        if (json.contains(MARK)
                && value instanceof JsonObject object
                && object.size() == 1
                && object.get(MARK) instanceof JsonArray array) {
            return List.copyOf(array);
        }
        return List.of(value);
    }

    static JsonValue first(String json) {
        var all = read(json);
        return all.isEmpty() ? JsonValue.NULL : all.get(0);
    }
}
