package dev.herald.engine;

import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the order of what a client sends when it goes over to a WebSocket: what that brings waits for the end of the POST that
 * began before. No thread waits: whoever ends the POST takes what came meanwhile. Thread-safe; nobody is called under its lock.
 */
final class Inbound {

    private final int maxPackets;
    private final long maxBytes;

    // Guarded by this object's monitor.
    private boolean posting;
    private final Queue<Waiting> waiting = new ArrayDeque<>();
    private long bytes;

    private record Waiting(int size, Runnable work) {}

    /**
     * @param maxPackets that may wait
     * @param maxBytes that may wait
     */
    Inbound(int maxPackets, long maxBytes) {
        this.maxPackets = maxPackets;
        this.maxBytes = maxBytes;
    }

    /** Whether a POST may begin: one at a time. */
    synchronized boolean beginPost() {
        var first = !posting;
        posting = true;
        return first;
    }

    /** The POST that began is done; takes what has waited for it. */
    void endPost() {
        for (var next = next(); next != null; next = next()) {
            next.run();
        }
    }

    private synchronized @Nullable Runnable next() {
        var next = waiting.poll();
        if (next == null) {
            posting = false;
            return null;
        }
        bytes -= next.size();
        return next.work();
    }

    /**
     * Takes something from a WebSocket when its turn comes, which may be at once and on this thread.
     *
     * @param size in bytes
     * @return false, and it is not taken, when too much waits
     */
    boolean take(int size, Runnable work) {
        synchronized (this) {
            if (posting) {
                if (waiting.size() >= maxPackets || bytes + size > maxBytes) {
                    return false;
                }
                waiting.add(new Waiting(size, work));
                bytes += size;
                return true;
            }
        }
        work.run();
        return true;
    }
}
