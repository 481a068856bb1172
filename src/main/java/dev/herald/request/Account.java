package dev.herald.request;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What one connection, one person or one network has asked for lately: a token bucket for each {@link Measure}, of which only the
 * time is kept at which it will be full again. Any thread may call; no lock is taken.
 */
final class Account {

    /** By {@link System#nanoTime}. */
    private final Map<Measure, AtomicLong> fullAt;

    /** @param now by {@link System#nanoTime}, as all times here */
    Account(long now) {
        var full = new EnumMap<Measure, AtomicLong>(Measure.class);
        for (var measure : Measure.values()) {
            full.put(measure, new AtomicLong(now));
        }
        fullAt = Collections.unmodifiableMap(full);
    }

    /** How long somebody has to wait until the bucket has so many tokens, in nanoseconds; 0 when it has them now. */
    long wait(Measure measure, Rate rate, long tokens, long now) {
        var missing = Math.max(0, bucket(measure).get() - now);
        return Math.max(0, missing + rate.nanos(tokens) - rate.nanosOfBurst());
    }

    /** Takes tokens, whether there are so many or not. */
    void take(Measure measure, Rate rate, long tokens, long now) {
        var cost = rate.nanos(tokens);
        var bucket = bucket(measure);
        long full;
        do {
            full = bucket.get();
        } while (!bucket.compareAndSet(full, (full - now > 0 ? full : now) + cost));
    }

    /** Gives tokens back that were taken and not used. */
    void giveBack(Measure measure, Rate rate, long tokens) {
        bucket(measure).addAndGet(-rate.nanos(tokens));
    }

    private AtomicLong bucket(Measure measure) {
        return Objects.requireNonNull(fullAt.get(measure));
    }

    /** Whether nothing is missing anywhere: then it is as good as new. */
    boolean isFull(long now) {
        return fullAt.values().stream().allMatch(bucket -> bucket.get() - now <= 0);
    }
}
