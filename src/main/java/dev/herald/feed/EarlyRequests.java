package dev.herald.feed;

import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Holds back what a client asks for before it is decided whether it may connect. The container's thread adds requests in their
 * order; the thread that brings the decision carries out those that wait. They are carried out outside the lock.
 */
final class EarlyRequests {

    /** How many requests may wait. */
    static final int MAX_WAITING = 64;

    // Guarded by this object's monitor.
    private final Queue<Runnable> waiting = new ArrayDeque<>(0);
    private boolean isOpen;

    /**
     * Carries out a request, or holds it back.
     *
     * @return false when too many wait; then nothing is done
     */
    boolean pass(Runnable request) {
        synchronized (this) {
            if (!isOpen) {
                return waiting.size() < MAX_WAITING && waiting.add(request);
            }
        }
        request.run();
        return true;
    }

    /** The client is admitted: carries out what waits, and then lets everything pass. */
    void open() {
        for (var next = next(); next != null; next = next()) {
            next.run();
        }
    }

    private synchronized @Nullable Runnable next() {
        isOpen = waiting.isEmpty();
        return waiting.poll();
    }
}
