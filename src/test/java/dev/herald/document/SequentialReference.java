package dev.herald.document;

import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a document is by its changes alone, one after the other; it complains of a history that cannot be one. */
final class SequentialReference {

    /** The value at each version. */
    final Map<Long, JsonValue> values = new HashMap<>();
    /** The version that each change led to, by its author's id. */
    final Map<String, Long> versions = new HashMap<>();

    private long version;

    SequentialReference(List<JsonObject> changes) {
        values.put(0L, JsonValue.EMPTY_JSON_OBJECT);
        changes.forEach(this::add);
    }

    private void add(JsonObject change) {
        if (change.getInt("version") != version + 1) {
            throw new AssertionError("version " + change.getInt("version") + " after " + version);
        }
        version++;
        if (versions.put(change.getString("id"), version) != null) {
            throw new AssertionError("twice: " + change.getString("id"));
        }
        var kind = change.containsKey("patch") ? "patch" : "merge";
        values.put(version, Change.of(kind, change.get(kind)).on(values.get(version - 1)));
    }

    JsonValue value() {
        return values.get(version);
    }

    /** Complains of an acknowledged change that is not in the history, or elsewhere, and of a refused one that is. */
    void compare(Map<String, Changed> acknowledged, List<String> refused) {
        acknowledged.forEach((id, changed) -> {
            if (!Long.valueOf(changed.position().offset()).equals(versions.get(id))) {
                throw new AssertionError("acknowledged " + id + " at "
                        + changed.position().offset() + ", but it is at " + versions.get(id));
            }
        });
        refused.stream()
                .filter(id -> !acknowledged.containsKey(id) && versions.containsKey(id))
                .forEach(id -> {
                    throw new AssertionError("refused, but there: " + id);
                });
    }
}
