package dev.herald.api;

import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.util.Base64;
import java.util.Optional;

/**
 * Bytes within JSON: {@code {"$bytes": base64}}. For clients of Socket.IO they are binary, both ways; those of the feed see and
 * send this object.
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
                // Somebody else's member of that name: as good as any other JSON.
                return Optional.empty();
            }
        }
        return Optional.empty();
    }
}
