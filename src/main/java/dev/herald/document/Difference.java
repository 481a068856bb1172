package dev.herald.document;

import jakarta.json.JsonArray;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import jakarta.json.spi.JsonProvider;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The JSON Patch between two values: by member, and in arrays what lies between the first and the last elements that are equal. It is for
 * just this value, so it needs no tests. Not by JSON-P, which takes the square of an array's length, and differs between servers.
 */
final class Difference {

    private static final JsonProvider JSON = JsonProvider.provider();

    private final JsonArrayBuilder operations = JSON.createArrayBuilder();
    private int count;

    Difference(JsonValue before, JsonValue after) {
        compare("", before, after);
    }

    /** The patch; empty when it would have too many operations. */
    Optional<JsonArray> operations() {
        return count > Patch.MAX_OPERATIONS ? Optional.empty() : Optional.of(operations.build());
    }

    private void compare(String path, JsonValue before, JsonValue after) {
        if (count > Patch.MAX_OPERATIONS || before.equals(after)) {
            return;
        }
        if (before instanceof JsonObject object && after instanceof JsonObject other) {
            members(path, object, other);
        } else if (before instanceof JsonArray array && after instanceof JsonArray other) {
            elements(path, array, other);
        } else {
            put("replace", path, after);
        }
    }

    private void members(String path, JsonObject before, JsonObject after) {
        before.keySet().stream()
                .filter(name -> !after.containsKey(name))
                .forEach(name -> put("remove", at(path, name), null));
        after.forEach((name, value) -> {
            var was = before.get(name);
            if (was == null) {
                put("add", at(path, name), value);
            } else {
                compare(at(path, name), was, value);
            }
        });
    }

    private void elements(String path, JsonArray before, JsonArray after) {
        var shorter = Math.min(before.size(), after.size());
        var first = 0;
        while (first < shorter && before.get(first).equals(after.get(first))) {
            first++;
        }
        var last = 0;
        while (last < shorter - first
                && before.get(before.size() - 1 - last).equals(after.get(after.size() - 1 - last))) {
            last++;
        }
        var n = first;
        for (; n < shorter - last; n++) {
            compare(path + "/" + n, before.get(n), after.get(n));
        }
        for (var gone = n; gone < before.size() - last && count <= Patch.MAX_OPERATIONS; gone++) {
            put("remove", path + "/" + n, null);
        }
        for (; n < after.size() - last && count <= Patch.MAX_OPERATIONS; n++) {
            put("add", path + "/" + n, after.get(n));
        }
    }

    private static String at(String path, String name) {
        return path + "/" + name.replace("~", "~0").replace("/", "~1");
    }

    private void put(String op, String path, @Nullable JsonValue value) {
        if (++count > Patch.MAX_OPERATIONS) {
            return;
        }
        var operation = JSON.createObjectBuilder().add("op", op).add("path", path);
        operations.add(value == null ? operation : operation.add("value", value));
    }
}
