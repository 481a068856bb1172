package dev.herald.request;

import java.time.Duration;
import java.util.regex.Pattern;

/**
 * How much may be asked for: so much in each period, and at the most so much at once. A token bucket, which holds {@code burst} and
 * is filled with {@code amount} in each period. Immutable.
 */
public final class Rate {

    private static final Pattern TEXT = Pattern.compile("\\s*([0-9]{1,12})\\s*/\\s*([0-9]{1,12})\\s*");

    private final long amount;
    private final Duration period;
    private final long burst;
    private final double nanosOfOne;
    private final long nanosOfBurst;

    /** So much in each period, and at the most {@code burst} at once. */
    public Rate(long amount, Duration period, long burst) {
        if (amount < 1 || burst < 1 || period.isNegative() || period.isZero()) {
            throw new IllegalArgumentException("a rate and a burst are at least 1");
        }
        this.amount = amount;
        this.period = period;
        this.burst = burst;
        this.nanosOfOne = (double) period.toNanos() / amount;
        this.nanosOfBurst = (long) (burst * nanosOfOne);
    }

    /**
     * Reads {@code 100/1000}: 100 a second, and 1000 at once.
     *
     * @param name of the setting
     * @throws IllegalArgumentException when it is none
     */
    public static Rate of(String name, String text) {
        var matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    name + " is " + text + ", and not a number a second and one at once such as 100/1000");
        }
        try {
            return new Rate(Long.parseLong(matcher.group(1)), Duration.ofSeconds(1), Long.parseLong(matcher.group(2)));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(name + " is " + text + ": " + e.getMessage(), e);
        }
    }

    /** So much in a day, of which all may come at once. */
    public static Rate ofDay(long amount) {
        return new Rate(amount, Duration.ofDays(1), amount);
    }

    /** How long the bucket takes to be filled with so much, in nanoseconds. What is more than it holds counts as all of it. */
    long nanos(long tokens) {
        return tokens >= burst ? nanosOfBurst : (long) (tokens * nanosOfOne);
    }

    /** How long the bucket takes to be filled, in nanoseconds. */
    long nanosOfBurst() {
        return nanosOfBurst;
    }

    /** For people. */
    String words(Measure measure) {
        return amount + " " + measure.words() + (period.equals(Duration.ofDays(1)) ? " a day" : " a second");
    }
}
