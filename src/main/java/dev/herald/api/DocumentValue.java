package dev.herald.api;

import jakarta.json.JsonValue;

/**
 * A shared document at one version.
 *
 * <pre>{@code
 * documents.open("cart-7").thenAccept(cart -> System.out.println(cart.value() + " is version " + cart.version()));
 * }</pre>
 *
 * @param version how often it was changed: 0 for a document to which nobody has written
 * @param epoch of its channel's log; versions of different epochs cannot be compared
 */
public record DocumentValue(String name, long version, String epoch, JsonValue value) {}
