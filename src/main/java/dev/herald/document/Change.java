package dev.herald.document;

import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import jakarta.json.spi.JsonProvider;

/** How a document is to become another one. Immutable. */
public sealed interface Change permits Change.Merge, Patch {

    /** How it is written: {@code merge} or {@code patch}. */
    String kind();

    /** What is written: the merge patch, or the array of operations. */
    JsonValue json();

    /**
     * The changed value; the value itself stays as it is.
     *
     * @throws ChangeException when the change does not fit the value
     */
    JsonValue on(JsonValue value);

    /**
     * A change in the form of {@link #kind} and {@link #json}.
     *
     * @throws ChangeException with {@code INVALID} when it is none
     */
    static Change of(String kind, JsonValue json) {
        if (kind.equals(Patch.KIND)) {
            if (json instanceof JsonArray operations) {
                return Patch.of(operations);
            }
            throw ChangeException.invalid("patch is an array of operations, as in RFC 6902");
        }
        if (Operation.depth(json) > DocumentState.MAX_DEPTH) {
            throw ChangeException.tooDeep();
        }
        return new Merge(json);
    }

    /** Makes any value into this one. */
    static Change replacing(JsonValue value) {
        return Patch.replacing(value);
    }

    /** Makes one value into another; both are nested no deeper than a document may be. Costs as much as comparing them. */
    static Change between(JsonValue before, JsonValue after) {
        var operations = new Difference(before, after).operations();
        return operations
                .filter(json -> json.toString().length() < after.toString().length())
                .<Change>map(Patch::of)
                .orElseGet(() -> replacing(after));
    }

    /**
     * A merge patch (RFC 7396): its members take the place of the document's, {@code null} removes one, arrays are replaced as a whole.
     * It fits every value.
     * Herald merges by itself, as all nodes and clients must come to the same, and JSON-P's libraries do not.
     */
    record Merge(JsonValue json) implements Change {

        static final String KIND = "merge";

        private static final JsonProvider JSON = JsonProvider.provider();

        @Override
        public String kind() {
            return KIND;
        }

        @Override
        public JsonValue on(JsonValue value) {
            return merged(value, json);
        }

        /** Not by JSON-P: Johnzon keeps the nulls of members that are new. */
        private static JsonValue merged(JsonValue value, JsonValue patch) {
            if (!(patch instanceof JsonObject members)) {
                return patch;
            }
            var target = value instanceof JsonObject object ? object : JsonValue.EMPTY_JSON_OBJECT;
            var merged = JSON.createObjectBuilder(target);
            members.forEach((name, wanted) -> {
                if (wanted.getValueType() == JsonValue.ValueType.NULL) {
                    merged.remove(name);
                } else {
                    merged.add(name, merged(target.getOrDefault(name, JsonValue.NULL), wanted));
                }
            });
            return merged.build();
        }
    }
}
