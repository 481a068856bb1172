package dev.herald.document;

import dev.herald.api.Person;
import jakarta.json.JsonValue;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the application says about documents. Called for one change of a document after the other, on a borrowed thread that holds no
 * lock; only the document waits.
 */
public interface DocumentRules {

    /** Everything may be. */
    DocumentRules NONE = new DocumentRules() {

        @Override
        public JsonValue check(String name, @Nullable Person by, DocumentState before, JsonValue after) {
            return after;
        }

        @Override
        public Optional<JsonValue> source(String name) {
            return Optional.empty();
        }
    };

    /**
     * Whether a change may be made.
     *
     * @param by who makes it; {@code null} for the application itself
     * @param after what the document is to become
     * @return what it shall become instead, or the same
     * @throws ChangeException when it may not
     */
    JsonValue check(String name, @Nullable Person by, DocumentState before, JsonValue after);

    /** What a document begins with to which nobody has written; empty for an empty object. */
    Optional<JsonValue> source(String name);
}
