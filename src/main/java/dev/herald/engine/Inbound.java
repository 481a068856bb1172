package dev.herald.engine;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Keeps the order of what a client sends when it goes over to a WebSocket: what that brings is held while the POST that began
 * before is under way, and taken by the thread that ends it.
 *
 * <p>Thread-safe: request threads begin and end POSTs, the thread that reads the WebSocket takes. What is taken runs on the calling
 * thread, which may wait here for another one that takes; it must hold no lock.
 */
final class Inbound {

    private final int maxPackets;
    private final long maxBytes;

    /** Held while something of the WebSocket is taken: what is new there waits, and TCP with it, until what was held is. */
    private final ReentrantLock turn = new ReentrantLock();

    // Guarded by this object's monitor.
    private boolean posting;
    private final Queue<Runnable> held = new ArrayDeque<>(1);
    private long heldBytes;

    /**
     * @param maxPackets that may be held
     * @param maxBytes that may be held
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

    /** The POST that began is done; takes what was held for it. */
    void endPost() {
        turn.lock();
        try {
            release().forEach(Runnable::run);
        } finally {
            turn.unlock();
        }
    }

    private synchronized List<Runnable> release() {
        var released = List.copyOf(held);
        held.clear();
        heldBytes = 0;
        posting = false;
        return released;
    }

    /**
     * Takes something of a WebSocket in its turn.
     *
     * @param size in bytes
     * @return false, and it is never taken, when too much is held
     */
    boolean take(int size, Runnable work) {
        synchronized (this) {
            if (posting) {
                return hold(size, work);
            }
        }
        turn.lock();
        try {
            work.run();
        } finally {
            turn.unlock();
        }
        return true;
    }

    private boolean hold(int size, Runnable work) {
        if (held.size() >= maxPackets || heldBytes + size > maxBytes) {
            return false;
        }
        held.add(work);
        heldBytes += size;
        return true;
    }
}
