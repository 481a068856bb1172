package dev.herald.api;

import java.util.Locale;

/** How long a channel keeps its messages. */
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
