package dev.herald.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The values that an application keeps with a connection, each under a name. Immutable.
 *
 * <pre>{@code
 * Attributes attributes = Attributes.of(Json.createObjectBuilder().add("tenant", "acme").build());
 * Optional<String> tenant = attributes.text("tenant");
 * }</pre>
 *
 * @param json the values as JSON texts; at most {@value #MAX_COUNT}, whose names and texts have at most {@value #MAX_BYTES} bytes
 *     together (UTF-8). A name is 1 to {@value #MAX_NAME} characters
 */
public record Attributes(Map<String, String> json) {

    /** How many values there may be. */
    public static final int MAX_COUNT = 32;

    /** How many bytes all names and values may have together. */
    public static final int MAX_BYTES = 4096;

    /** The longest name, in characters. */
    public static final int MAX_NAME = 64;

    /** No values. */
    public static final Attributes NONE = new Attributes(Map.of());

    public Attributes {
        json = Map.copyOf(json);
        if (json.size() > MAX_COUNT) {
            throw new IllegalArgumentException("a connection keeps at most " + MAX_COUNT + " attributes");
        }
        var bytes = 0;
        for (var attribute : json.entrySet()) {
            requireName(attribute.getKey());
            bytes += bytes(attribute.getKey()) + bytes(attribute.getValue());
        }
        if (bytes > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "the attributes of a connection have at most " + MAX_BYTES + " bytes together");
        }
    }

    private static void requireName(String name) {
        if (name.isEmpty() || name.length() > MAX_NAME) {
            throw new IllegalArgumentException("an attribute's name is 1 to " + MAX_NAME + " characters");
        }
    }

    private static int bytes(String text) {
        var bytes = text.getBytes(UTF_8);
        if (!text.equals(new String(bytes, UTF_8))) {
            throw new IllegalArgumentException("an attribute is well-formed Unicode");
        }
        return bytes.length;
    }

    /** All members of an object. */
    public static Attributes of(JsonObject object) {
        var all = new LinkedHashMap<String, String>();
        object.forEach((name, value) -> all.put(name, value.toString()));
        return all.isEmpty() ? NONE : new Attributes(all);
    }

    /**
     * Those with another one, which replaces one of the same name.
     *
     * @param value as JSON text
     * @throws IllegalArgumentException when they are too many or too large then
     */
    public Attributes with(String name, String value) {
        var all = new LinkedHashMap<>(json);
        all.put(name, value);
        return new Attributes(all);
    }

    /** Those without the one of this name. */
    public Attributes without(String name) {
        if (!json.containsKey(name)) {
            return this;
        }
        var all = new LinkedHashMap<>(json);
        all.remove(name);
        return all.isEmpty() ? NONE : new Attributes(all);
    }

    /**
     * Those and all others; where a name is the same, the other one counts.
     *
     * @throws IllegalArgumentException when they are too many or too large then
     */
    public Attributes with(Attributes others) {
        if (others.json.isEmpty() || json.isEmpty()) {
            return json.isEmpty() ? others : this;
        }
        var all = new LinkedHashMap<>(json);
        all.putAll(others.json);
        return new Attributes(all);
    }

    /** The value of this name; parsed anew by each call. */
    public Optional<JsonValue> value(String name) {
        return Optional.ofNullable(json.get(name)).map(JsonText::read);
    }

    /** As {@link #value}, as text: of a JSON string its characters, of any other value its JSON. */
    public Optional<String> text(String name) {
        return value(name).map(value -> value instanceof JsonString text ? text.getString() : value.toString());
    }

    /** All of them as a JSON object; parsed anew by each call. */
    public JsonObject toJson() {
        var object = JsonText.objectBuilder();
        json.forEach((name, value) -> object.add(name, JsonText.read(value)));
        return object.build();
    }
}
