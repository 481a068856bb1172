package dev.herald.api;

/**
 * To which version a change has led, or, when there was nothing to change, at which version the document is.
 *
 * <pre>{@code
 * documents.change("cart-7", cart -> JsonValue.EMPTY_JSON_OBJECT)
 *         .thenAccept(now -> System.out.println(now.name() + " is empty since version " + now.version()));
 * }</pre>
 *
 * @param version of the document, and the offset of the change in its channel
 * @param epoch of its channel's log; versions of different epochs cannot be compared
 */
public record DocumentVersion(String name, long version, String epoch) {}
