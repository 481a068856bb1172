package dev.herald.api;

import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.util.Base64;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Bytes within JSON: {@code {"$bytes": base64}}. Clients of Socket.IO send and get binary data; clients of the feed send and
 * get this object.
 *
 * <p>Data that itself contains such an object is escaped: {@code $bytes} becomes {@code $$bytes}, {@code $$bytes} becomes
 * {@code $$$bytes}, and so on. Clients of Socket.IO send and get it without the escape.
 *
 * <pre>{@code
 * herald.publish(new ChannelName("photos"), "photo", JsonBytes.of(new byte[] {1, 2, 3}));
 * Optional<byte[]> sent = JsonBytes.read(received.data());
 * }</pre>
 */
public final class JsonBytes {

    /** The only member of the object. */
    public static final String MARK = "$bytes";

    private JsonBytes() {}

    /** Writes bytes. */
    public static JsonObject of(byte[] bytes) {
        return JsonText.object(MARK, Base64.getEncoder().encodeToString(bytes));
    }

    /** Reads bytes; empty when the value is something else. */
    public static Optional<byte[]> read(JsonValue value) {
        if (value instanceof JsonObject object && object.size() == 1 && object.get(MARK) instanceof JsonString base64) {
            try {
                return Optional.of(Base64.getDecoder().decode(base64.getString()));
            } catch (IllegalArgumentException e) {
                // Not base64: the member is ordinary JSON.
                return Optional.empty();
            }
        }
        return Optional.empty();
    }

    /** Escapes data that may have members of this name, so that clients get the data unchanged. */
    public static JsonValue escape(JsonValue data) {
        return renamed(data, name -> isMark(name, 1) ? "$" + name : name);
    }

    /** Reverses {@link #escape}. */
    public static JsonValue unescape(JsonValue escaped) {
        return renamed(escaped, name -> isMark(name, 2) ? name.substring(1) : name);
    }

    /** Whether the name is that of bytes, with at least so many dollar signs. */
    private static boolean isMark(String name, int dollars) {
        var before = name.length() - MARK.length() + 1;
        return before >= dollars
                && name.endsWith(MARK)
                && name.chars().limit(before).allMatch(c -> c == '$');
    }

    /** The value, in which each object with only one member gets a new name for it. */
    private static JsonValue renamed(JsonValue value, UnaryOperator<String> newName) {
        if (value instanceof JsonArray array) {
            return JsonText.array(
                    array.stream().map(element -> renamed(element, newName)).toList());
        } else if (value instanceof JsonObject object) {
            var copy = JsonText.objectBuilder();
            object.forEach((name, member) ->
                    copy.add(object.size() == 1 ? newName.apply(name) : name, renamed(member, newName)));
            return copy.build();
        }
        return value;
    }
}
