package dev.herald.api;

import jakarta.json.JsonValue;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;

/**
 * Shared documents, for beans: JSON values that beans and clients change together. Inject it to read and to change them.
 *
 * <pre>{@code
 * @Inject Documents documents;
 * …
 * documents.merge("cart-7", Json.createObjectBuilder().add("paid", true).build());
 * }</pre>
 *
 * <p>A document is there as soon as somebody names it. Its name is 1 to {@value ChannelName#MAX_DOCUMENT} of the characters {@code A-Z
 * a-z 0-9 _ . : -}; any other name is an {@link IllegalArgumentException}, at once. It begins as an empty object, or as what a {@link
 * DocumentSource} has for it. Each change leads to the next version, on all nodes, and everyone who has the document open is told of
 * it; beans are told by {@link DocumentChanged}.
 *
 * <p>All methods may be called from any thread and do not wait. Stages complete on the container's threads, so dependent stages may
 * wait. A change that is not made fails its stage with
 *
 * <ul>
 *   <li>{@link EventException} when the {@link DocumentValidator} refuses it, with the validator's code and sentence; with the code
 *       {@code too-large} when the document would be larger than {@code herald.document.max-size}, and with {@code invalid} when it
 *       cannot be made for another reason;
 *   <li>{@link RefusedException} when the log does not take it: with {@code LOG_UNAVAILABLE} nobody knows whether it is made;
 *   <li>{@link IllegalStateException} when the validator or the source fails otherwise; the server's log says how;
 *   <li>what its function throws.
 * </ul>
 *
 * <p>A stage that reads a document fails likewise. Changes that one thread makes to one document are made in the order of the calls,
 * if others do not change it at the same time. The author of a bean's change is the application, also when a client's message has caused it.
 *
 * <p><b>Transactions.</b> A change inside a JTA transaction is made after the commit, and never after a rollback; then its stage fails
 * with {@code ROLLED_BACK}. What {@link Herald} says of messages inside transactions holds for it, but for the outbox, which does not
 * take changes of documents: a crash right after the commit loses them. Documents are read at once.
 */
public interface Documents {

    /** What a document is, with its version: at least all changes that were acknowledged before. */
    CompletionStage<DocumentValue> open(String name);

    /** As {@link #open}, the value only. */
    CompletionStage<JsonValue> value(String name);

    /**
     * Changes a document to what the function makes of it. When it returns an equal value, nothing is changed.
     *
     * @param change is called on a thread of the container's, which must not wait for the same document. It is called again with a later
     *     value when others were faster, so it does nothing but compute
     * @return completes when the change is in the log
     */
    CompletionStage<DocumentVersion> change(String name, UnaryOperator<JsonValue> change);

    /**
     * Changes some members of a document, and leaves the others as they are.
     *
     * @param mergePatch a JSON Merge Patch (RFC 7396): its members take the place of the document's, {@code null} removes one, arrays
     *     are replaced as a whole
     * @return completes when the change is in the log
     * @throws IllegalArgumentException when no client could read it
     */
    CompletionStage<DocumentVersion> merge(String name, JsonValue mergePatch);

    /** The same document as an object of a class, which JSON-B reads and writes. */
    <T> SharedDocument<T> of(String name, Class<T> type);
}
