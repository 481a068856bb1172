package dev.herald.api;

import jakarta.json.JsonValue;

/**
 * Checks each change of a shared document before it is made, whoever makes it: a client by any protocol, or a bean. An application
 * implements it as one bean.
 *
 * <pre>{@code
 * @ApplicationScoped
 * public class CartRules implements DocumentValidator {
 *     @Override
 *     public JsonValue validate(DocumentChange change) {
 *         if (!change.name().startsWith("cart-") || !(change.after() instanceof JsonObject cart)) {
 *             return change.after();
 *         }
 *         int count = cart.containsKey("items") ? cart.getJsonArray("items").size() : 0;
 *         if (count > 100) {
 *             throw new EventException("cart-full", "a cart has room for 100 things");
 *         }
 *         return Json.createObjectBuilder(cart).add("count", count).build();
 *     }
 * }
 * }</pre>
 *
 * <p>It is asked for one change of a document after the other, each against the value that the change is made to; the change is in the log
 * only if nothing has come between. So what it accepts holds for the document, on any number of nodes. When other nodes were faster,
 * it is asked again with the later value. Changes of different documents are checked at the same time.
 *
 * <p>It is called on the container's threads, with a CDI request context of its own, without a caller and outside of transactions. It may
 * wait, for a database for example; meanwhile the later changes of this document wait, and nobody else's. It must not wait for a
 * change of the same document. When it throws anything but {@link EventException}, or returns what no client could read, the change
 * is not made: its author is told {@code server-error}, and one line of the log says why.
 */
public interface DocumentValidator {

    /**
     * Says what the document shall become: {@link DocumentChange#after} for what the author wants, or another value, for example with
     * members that follow from the others. Then the difference is a part of the change, and the author is told of it as all others are.
     *
     * @throws EventException to refuse the change; its author is told the code and the sentence
     */
    JsonValue validate(DocumentChange change);
}
