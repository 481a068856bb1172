package dev.herald.api;

import jakarta.json.JsonValue;
import java.util.Optional;

/**
 * Gives shared documents their first value, from the application's own data. An application implements it as one bean.
 *
 * <pre>{@code
 * @ApplicationScoped
 * public class Carts implements DocumentSource {
 *     @Override
 *     public Optional<JsonValue> create(String name) {
 *         return name.startsWith("cart-")
 *                 ? Optional.of(Json.createObjectBuilder().add("items", JsonValue.EMPTY_JSON_ARRAY).build())
 *                 : Optional.empty();
 *     }
 * }
 * }</pre>
 *
 * <p>It is asked when somebody opens or changes a document to which nobody has written. What it gives is the document's version 1,
 * whose author is the application; the {@link DocumentValidator} is not asked about it. It may be asked several times, also on several
 * nodes at once; the first answer that is in the log counts.
 *
 * <p>It is called as the {@link DocumentValidator} is, and may wait, too.
 */
public interface DocumentSource {

    /**
     * What a document begins with; empty for an empty object, which is version 0. What it throws fails the opening, or the change: who
     * asked for it is told {@code server-error}, or, when it is an {@link EventException}, its code and sentence.
     */
    Optional<JsonValue> create(String name);
}
