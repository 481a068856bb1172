package dev.herald.api;

import jakarta.json.JsonValue;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A shared document was changed, by a client or a bean. Observed in the order of the document's versions, on each node that makes the
 * change or has clients with the document open. {@link OfDocument} narrows an observer to some documents.
 *
 * <pre>{@code
 * void audit(@Observes @OfDocument("cart-*") DocumentChanged changed) {
 *     String author = changed.by() == null ? "the shop" : changed.by().name();
 *     System.out.println(author + " has changed " + changed.name() + ": " + changed.change());
 * }
 * }</pre>
 *
 * <p>As with {@link Published}, changes are told from memory: not after a crash, nor while too many events wait for observers ({@code
 * herald.observers.queue}). An observer that must see each change once observes the document's channel by {@link Once}.
 *
 * @param version that the change has led to
 * @param epoch of the document's log; versions of different epochs cannot be compared
 * @param by who has changed it; {@code null} for the application itself
 * @param at when the server took the change; information only, the order is the version's
 * @param id the author's own id of the change; {@code null} when it had none
 * @param kind how the change is written
 * @param change what was changed. It is what was written to the log: as its author sent it, or else the difference to what the {@link
 *     DocumentValidator} has made of it
 */
public record DocumentChanged(
        String name,
        long version,
        String epoch,
        @Nullable Person by,
        Instant at,
        @Nullable String id,
        Kind kind,
        JsonValue change)
        implements HeraldEvent {

    /** How a change is written. */
    public enum Kind {
        /** A JSON Merge Patch (RFC 7396). */
        MERGE,
        /** A JSON Patch (RFC 6902): an array of operations. */
        PATCH;

        /** As clients see it: {@code merge} or {@code patch}. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
