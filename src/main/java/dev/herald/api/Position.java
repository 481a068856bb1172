package dev.herald.api;

import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;

/**
 * A place in a channel's log. Positions of one epoch are ordered by their offset; positions of different epochs cannot be
 * compared.
 *
 * <pre>{@code
 * Position position = Position.of(Json.createObjectBuilder().add("epoch", "x7").add("offset", 42).build());
 * boolean isFirst = position.offset() == 1;
 * }</pre>
 *
 * @param epoch the random id of the log's life, 1 to 64 characters; another epoch means that
 *     the log began anew
 * @param offset the number of messages up to and including this one: 1 for the first message of the epoch, 0 for the place
 *     before it; there are no gaps
 */
public record Position(String epoch, long offset) {

    public Position {
        if (epoch.isEmpty() || epoch.length() > 64) {
            throw new IllegalArgumentException("an epoch is 1 to 64 characters");
        }
        if (offset < 0) {
            throw new IllegalArgumentException("offset " + offset + " is negative");
        }
    }

    /**
     * Reads a position as clients give it: {@code {"epoch": string, "offset": whole number}}.
     *
     * @throws IllegalArgumentException when the JSON is no position
     */
    public static Position of(JsonValue json) {
        if (json instanceof JsonObject object
                && object.get("epoch") instanceof JsonString epoch
                && object.get("offset") instanceof JsonNumber offset) {
            try {
                return new Position(epoch.getString(), offset.longValueExact());
            } catch (ArithmeticException e) {
                throw new IllegalArgumentException("an offset is a whole number below 2^63", e);
            }
        }
        throw new IllegalArgumentException("a position is {\"epoch\": string, \"offset\": whole number}");
    }
}
