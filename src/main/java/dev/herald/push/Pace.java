package dev.herald.push;

import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How often a device is told something. Who writes a hundred messages in a second rings nobody's phone a hundred times, and push services
 * slow down whoever sends too much, for all devices. Any thread may call, with any lock held: it only computes.
 */
final class Pace {

    /** How many messages a device gets at once. */
    static final int BURST = 20;

    /** After that, one in so much time. */
    static final Duration PAUSE = Duration.ofSeconds(3);

    /** How many devices are remembered, those that were told something last. */
    static final int MAX_DEVICES = 10_000;

    private final Clock clock;

    /** When a device may be told {@link #BURST} messages again, in ms. Guarded by itself. */
    @SuppressWarnings("serial") // never serialised
    private final Map<String, Long> restedAt = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
            return size() > MAX_DEVICES;
        }
    };

    Pace(Clock clock) {
        this.clock = clock;
    }

    /** Whether a device may be told something now; then it counts. */
    boolean take(String endpoint) {
        synchronized (restedAt) {
            var now = clock.millis();
            var rested = Math.max(now, restedAt.getOrDefault(endpoint, now)) + PAUSE.toMillis();
            if (rested - now > BURST * PAUSE.toMillis()) {
                return false;
            }
            restedAt.put(endpoint, rested);
            return true;
        }
    }
}
