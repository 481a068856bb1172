package dev.herald.api;

import java.util.Locale;

/**
 * How long a channel keeps its messages.
 *
 * <pre>{@code
 * herald.channel("cursors").publish("moved", new Moved(3, 4)).thenAccept(receipt -> {
 *     if (receipt.kind() != ChannelKind.VOLATILE) {
 *         System.out.println("kept at " + receipt.position());
 *     }
 * });
 * }</pre>
 */
public enum ChannelKind {
    /** Survives the server: acknowledged after the commit. */
    DURABLE,
    /** Recoverable while the server lives. */
    MEMORY,
    /** Not kept: no offset, and a slow reader may miss messages. */
    VOLATILE;

    /** The name in acks and in configuration: {@code durable}, {@code memory}, {@code volatile}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
