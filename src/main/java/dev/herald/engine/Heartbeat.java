package dev.herald.engine;

import java.time.Duration;

/**
 * When a client is pinged, and when it counts as gone (Engine.IO 4, "Heartbeat"). Deadlines are absolute times, so they may be
 * checked at any time. Times are those of {@code System.nanoTime}. Called by the container's threads, which hear the client,
 * and by the server's clock, with any lock held: it only computes.
 */
final class Heartbeat {

    private final long interval;
    private final long timeout;

    // Guarded by this object's monitor.
    private long pingAt;
    private boolean awaitingPong;
    private boolean extended;
    private long deadAt;

    Heartbeat(Duration interval, Duration timeout, long now) {
        this.interval = interval.toNanos();
        this.timeout = timeout.toNanos();
        restart(now);
    }

    private void restart(long now) {
        awaitingPong = false;
        extended = false;
        pingAt = now + interval;
        deadAt = pingAt + timeout;
    }

    /** Whether it is time to ping; true once for each ping. */
    synchronized boolean isPingDue(long now) {
        if (awaitingPong || now - pingAt < 0) {
            return false;
        }
        awaitingPong = true;
        return true;
    }

    /** A ping is sent before it is due. */
    synchronized void pinged(long now) {
        if (!awaitingPong) {
            awaitingPong = true;
            deadAt = now + timeout;
        }
    }

    /**
     * A packet came. A pong begins a new interval. Any other packet while a pong is due gives the client the full timeout
     * again.
     */
    synchronized void heard(boolean pong, long now) {
        if (pong && awaitingPong) {
            restart(now);
        } else if (awaitingPong && !extended) {
            extended = true;
            deadAt = now + timeout;
        }
    }

    /** Whether the client is gone. */
    synchronized boolean isDead(long now) {
        return now - deadAt >= 0;
    }
}
