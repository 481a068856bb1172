package dev.herald.api;

import jakarta.json.JsonValue;
import org.jspecify.annotations.Nullable;

/**
 * A change of a shared document that somebody wants to make, for a {@link DocumentValidator}.
 *
 * <pre>{@code
 * JsonValue lock(DocumentChange change) {
 *     if (change.by() != null && change.before() instanceof JsonObject before && before.getBoolean("closed", false)) {
 *         throw new EventException("closed", change.name() + " is closed");
 *     }
 *     return change.after();
 * }
 * }</pre>
 *
 * @param name the document's
 * @param version of the document before the change
 * @param by who wants it; {@code null} for the application itself
 * @param before what the document is
 * @param after what it is to become
 */
public record DocumentChange(
        String name, long version, @Nullable Person by, JsonValue before, JsonValue after) {}
