package dev.herald.api;

import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;

/**
 * A shared document as an object of one of the application's classes. What {@link Documents} says of threads, stages, failures and
 * transactions holds here too. Immutable.
 *
 * <pre>{@code
 * SharedDocument<Cart> cart = documents.of("cart-7", Cart.class);
 * cart.change(now -> now.with("tea"));
 * }</pre>
 *
 * <p>The container's JSON-B reads and writes the object. A new document is an empty object, so the class has to be readable from {@code
 * {}}: a record gets {@code null} and {@code 0} then, and its constructor may replace them.
 *
 * <p>Members of the document that the class does not have stay as they are; within arrays that are changed they are lost.
 *
 * @param <T> the class
 */
public interface SharedDocument<T> {

    /** The document's name. */
    String name();

    /**
     * What it is.
     *
     * @return fails with {@link IllegalArgumentException} when it cannot be read as such an object
     */
    CompletionStage<T> value();

    /**
     * Changes it to what the function makes of it, as {@link Documents#change}.
     *
     * @return fails with {@link IllegalArgumentException} when it cannot be read as such an object, or what the function returns cannot
     *     be written
     */
    CompletionStage<DocumentVersion> change(UnaryOperator<T> change);
}
