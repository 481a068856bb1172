package dev.herald.measure;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/** How long something took, each time. Any thread may note, with any lock held: it takes none. */
public final class Latency {

    /** Of so many of the latest times the quantiles are. */
    public static final int REMEMBERED = 1_000;

    private final AtomicLongArray latest = new AtomicLongArray(REMEMBERED);
    private final AtomicLong count = new AtomicLong();
    private final LongAdder sum = new LongAdder();

    /**
     * All that was noted.
     *
     * @param count how often
     * @param sumNanos of all
     * @param p50Nanos half of the latest {@value #REMEMBERED} took no longer; 0 when there are none
     * @param p99Nanos likewise, 99 of 100
     */
    public record Summary(long count, long sumNanos, long p50Nanos, long p99Nanos) {}

    /** Notes one time, in nanoseconds. */
    public void note(long nanos) {
        latest.set((int) (count.getAndIncrement() % REMEMBERED), nanos);
        sum.add(nanos);
    }

    /** What was noted so far. A time that is noted meanwhile may be in one figure and not yet in another. */
    public Summary now() {
        var noted = count.get();
        var sorted = new long[(int) Math.min(noted, REMEMBERED)];
        for (var n = 0; n < sorted.length; n++) {
            sorted[n] = latest.get(n);
        }
        Arrays.sort(sorted);
        return sorted.length == 0
                ? new Summary(0, 0, 0, 0)
                : new Summary(
                        noted, sum.sum(), sorted[(sorted.length - 1) / 2], sorted[(sorted.length * 99 - 1) / 100]);
    }
}
