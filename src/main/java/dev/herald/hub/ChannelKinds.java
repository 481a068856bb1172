package dev.herald.hub;

import dev.herald.api.ChannelKind;
import dev.herald.api.ChannelName;
import java.util.List;

/** Which kind each channel is, by patterns over its name. Any thread may ask, with any lock held. */
public final class ChannelKinds {

    private final List<ChannelPattern> volatiles;
    private final List<ChannelPattern> memories;

    /**
     * The kinds by their {@linkplain ChannelPattern patterns}. A name that fits both is volatile, one that fits neither
     * durable.
     *
     * <p>Two kinds of channels are always in memory: that of the health probe, because Herald may be alive while the database
     * is not; and those of single connections, which would fill the database with useless channels. Those of shared documents are
     * always durable: a document is the sum of its messages.
     */
    public ChannelKinds(List<String> volatilePatterns, List<String> memoryPatterns) {
        this.volatiles = compile(volatilePatterns);
        this.memories = compile(memoryPatterns);
    }

    private static List<ChannelPattern> compile(List<String> patterns) {
        return patterns.stream().map(ChannelPattern::new).toList();
    }

    /** The kind that was chosen for a channel. */
    public ChannelKind of(ChannelName channel) {
        if (channel.isDocument()) {
            return ChannelKind.DURABLE;
        }
        if (matches(volatiles, channel)) {
            return ChannelKind.VOLATILE;
        }
        return channel.equals(RoundTrip.CHANNEL) || channel.isOfConnection() || matches(memories, channel)
                ? ChannelKind.MEMORY
                : ChannelKind.DURABLE;
    }

    /** Whether the messages of a channel are kept in the log. */
    boolean isKept(ChannelName channel) {
        return of(channel) != ChannelKind.VOLATILE;
    }

    private static boolean matches(List<ChannelPattern> patterns, ChannelName channel) {
        return patterns.stream().anyMatch(pattern -> pattern.fits(channel));
    }
}
