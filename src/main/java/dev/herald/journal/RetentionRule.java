package dev.herald.journal;

import dev.herald.hub.ChannelPattern;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * How much is kept of the channels that fit a pattern. Without an age and a count, everything is kept.
 *
 * @param age older messages are removed
 * @param count when a channel has more messages, the oldest are removed
 */
public record RetentionRule(ChannelPattern channels, Optional<Duration> age, OptionalLong count) {

    private static final String NUMBER = "[1-9][0-9]{0,8}";

    private static final Pattern RULE = Pattern.compile("(?<channels>[A-Za-z0-9_.:*-]+)=(all|(?<age>" + NUMBER
            + ")(?<unit>[dhms])(/(?<both>" + NUMBER + "))?|(?<count>" + NUMBER + "))");

    /**
     * Reads a rule as it is set: {@code news=30d}, {@code chat.*=1000}, {@code orders:*=90d/100000} or {@code audit=all}. The
     * units are {@code d}, {@code h}, {@code m} and {@code s}; a number without one is a count.
     *
     * @throws IllegalArgumentException when the text is no rule
     */
    public static RetentionRule of(String text) {
        var rule = RULE.matcher(text.strip());
        if (!rule.matches()) {
            throw new IllegalArgumentException("herald.retention has the rule \"" + text
                    + "\", which is not like news=30d, chat.*=1000, orders:*=90d/100000 or audit=all");
        }
        var count = Optional.ofNullable(rule.group("count")).or(() -> Optional.ofNullable(rule.group("both")));
        return new RetentionRule(
                new ChannelPattern(rule.group("channels")),
                Optional.ofNullable(rule.group("age")).map(age -> age(Long.parseLong(age), rule.group("unit"))),
                count.map(Long::parseLong).map(OptionalLong::of).orElse(OptionalLong.empty()));
    }

    private static Duration age(long number, String unit) {
        return switch (unit) {
            case "d" -> Duration.ofDays(number);
            case "h" -> Duration.ofHours(number);
            case "m" -> Duration.ofMinutes(number);
            default -> Duration.ofSeconds(number);
        };
    }

    /** Whether this rule ever removes anything. */
    boolean isTrimming() {
        return age.isPresent() || count.isPresent();
    }
}
