package dev.herald.api;

import org.jspecify.annotations.Nullable;

/**
 * The answer to a publish: from now on the message is in its channel.
 *
 * <pre>{@code
 * herald.channel("orders").publish("created", new NewOrder("tea", 7)).thenAccept(receipt -> {
 *     System.out.println(receipt.channel() + " has it at " + receipt.position());
 * });
 * }</pre>
 *
 * @param position where it stands in the channel's log; {@code null} in a volatile channel, which has no log
 * @param duplicate whether this repeats a message that was already there; then the position is the first one's
 * @param kind what the acknowledgement promises
 */
public record Receipt(ChannelName channel, @Nullable Position position, boolean duplicate, ChannelKind kind) {

    /** {@code {"channel", "offset", "epoch", "duplicate", "kind"}} as JSON text; without a position, without the middle two. */
    public String json() {
        return JsonText.of(this);
    }
}
