package dev.herald.api;

import jakarta.json.JsonValue;

/**
 * A message for one person: fire it as a CDI event, and all connections of that person get {@code private} with this data, now
 * or when they come back. Transactions are honoured as for {@link News}.
 *
 * <pre>{@code
 * @Inject Event<PrivateMessage> messages;
 *
 * @Transactional
 * void ship(String customer) {
 *     messages.fire(PrivateMessage.of(customer, "Your order has left us"));
 * }
 * }</pre>
 *
 * @param to the person's {@linkplain Person#id() id}
 */
public record PrivateMessage(String to, JsonValue data) {

    public PrivateMessage {
        ChannelName.ofUser(to);
    }

    /** A message of the shape {@code {"msg": text}}, which is what the board and the tutorials' pages show. */
    public static PrivateMessage of(String to, String text) {
        return new PrivateMessage(to, JsonText.message(text));
    }
}
