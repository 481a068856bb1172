package dev.herald.engine;

import dev.herald.concurrent.EachByItself;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Keeps a client's messages in order when it switches to a WebSocket. While a POST that began before the switch is under way,
 * messages of the WebSocket are held; the thread that ends the POST handles them.
 *
 * <p>Thread-safe: request threads begin and end POSTs, and the thread that reads the WebSocket calls {@link #take}. The work
 * runs on the calling thread, which may wait here for another such thread; so it must hold no lock.
 */
final class Inbound {

    private final int maxPackets;
    private final long maxBytes;

    /**
     * Locked while messages of the WebSocket are handled. New ones wait for it, and so does TCP, until the held ones are
     * handled.
     */
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

    /** Whether a POST may begin: there may be one at a time. */
    synchronized boolean beginPost() {
        var first = !posting;
        posting = true;
        return first;
    }

    /** The POST has ended: handles the messages that were held, each also if another one fails. */
    void endPost() {
        turn.lock();
        try {
            EachByItself.run(release());
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
     * Handles a message of the WebSocket when it is its turn.
     *
     * @param size in bytes
     * @return false when too much is held; then the message is dropped
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
