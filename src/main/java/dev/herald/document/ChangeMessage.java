package dev.herald.document;

import dev.herald.api.Envelope;
import dev.herald.api.JsonBytes;
import jakarta.json.JsonObject;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a message of a document's channel says of a change.
 *
 * @param id the author's own of the change; {@code null} when it had none
 */
public record ChangeMessage(
        Change change, Instant at, @Nullable String id) {

    /** Reads a message; empty when it is no change. Costs as much as parsing it. */
    public static Optional<ChangeMessage> of(Envelope message) {
        if (!message.event().equals(DocumentLog.CHANGED) || !(message.data() instanceof JsonObject json)) {
            return Optional.empty();
        }
        var kind = json.containsKey(Patch.KIND) ? Patch.KIND : Change.Merge.KIND;
        var change = Change.of(kind, Objects.requireNonNull(unescaped(json).get(kind), "a change has its kind"));
        return Optional.of(new ChangeMessage(change, Instant.parse(json.getString("at")), json.getString("id", null)));
    }

    /** The data of a change as it was before it was written for the hub. */
    private static JsonObject unescaped(JsonObject json) {
        return json.toString().contains(JsonBytes.MARK)
                ? JsonBytes.unescape(json).asJsonObject()
                : json;
    }
}
