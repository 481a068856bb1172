package dev.herald.cluster;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;

/** How late the latest messages of other nodes were heard. Any thread may call, with any lock held. */
final class Lags {

    /** How many messages count. */
    static final int REMEMBERED = 1_000;

    private final Clock clock;

    // Guarded by this object's monitor.
    private final long[] latest = new long[REMEMBERED];
    private long heard;

    Lags(Clock clock) {
        this.clock = clock;
    }

    /** A message with this time is heard now. */
    void heard(Instant at) {
        var lag = Math.max(0, Duration.between(at, clock.instant()).toMillis());
        synchronized (this) {
            latest[(int) (heard++ % REMEMBERED)] = lag;
        }
    }

    Lag now() {
        long[] sorted;
        synchronized (this) {
            sorted = Arrays.copyOf(latest, (int) Math.min(heard, REMEMBERED));
        }
        if (sorted.length == 0) {
            return Lag.NONE;
        }
        Arrays.sort(sorted);
        return new Lag(
                sorted[(sorted.length - 1) / 2], sorted[(sorted.length * 99 - 1) / 100], sorted[sorted.length - 1]);
    }
}
