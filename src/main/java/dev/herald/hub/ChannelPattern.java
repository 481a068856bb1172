package dev.herald.hub;

import static java.util.stream.Collectors.joining;

import dev.herald.api.ChannelName;
import java.util.Arrays;
import java.util.regex.Pattern;

/** A pattern over the names of channels, in which {@code *} stands for any characters, and all others for themselves. */
public final class ChannelPattern {

    private final String text;
    private final Pattern pattern;

    /** The pattern of this text; space around it does not count. */
    public ChannelPattern(String text) {
        this.text = text.strip();
        this.pattern = Pattern.compile(
                Arrays.stream(this.text.split("\\*", -1)).map(Pattern::quote).collect(joining(".*")));
    }

    /** Whether a channel's whole name fits. */
    public boolean fits(ChannelName channel) {
        return pattern.matcher(channel.value()).matches();
    }

    @Override
    public String toString() {
        return text;
    }
}
