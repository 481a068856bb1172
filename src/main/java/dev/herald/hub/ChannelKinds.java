package dev.herald.hub;

import static java.util.stream.Collectors.joining;

import dev.herald.api.ChannelKind;
import dev.herald.api.ChannelName;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/** Which kind each channel is, by patterns over its name. */
public final class ChannelKinds {

    private final List<Pattern> volatiles;
    private final List<Pattern> memories;

    /**
     * The kinds by their patterns, in which {@code *} stands for any characters. A name that fits both is volatile, one that fits
     * neither durable. The health probe's own channel is in memory: whether
     * Herald is alive does not hang on a database.
     */
    public ChannelKinds(List<String> volatilePatterns, List<String> memoryPatterns) {
        this.volatiles = compile(volatilePatterns);
        this.memories = compile(memoryPatterns);
    }

    private static List<Pattern> compile(List<String> patterns) {
        return patterns.stream()
                .map(pattern -> Arrays.stream(pattern.strip().split("\\*", -1))
                        .map(Pattern::quote)
                        .collect(joining(".*")))
                .map(Pattern::compile)
                .toList();
    }

    /** The kind that was chosen for a channel. */
    public ChannelKind of(ChannelName channel) {
        if (matches(volatiles, channel)) {
            return ChannelKind.VOLATILE;
        }
        return channel.equals(RoundTrip.CHANNEL) || matches(memories, channel)
                ? ChannelKind.MEMORY
                : ChannelKind.DURABLE;
    }

    private static boolean matches(List<Pattern> patterns, ChannelName channel) {
        return patterns.stream().anyMatch(p -> p.matcher(channel.value()).matches());
    }
}
