package dev.herald.cluster;

import dev.herald.cluster.Parcel.Message;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What waits to be told to other nodes, in its order: so many messages and bytes at most. When it is full, the oldest ones are dropped,
 * as newer ones say more of how things are. Any thread may call, with any lock held, except where it waits.
 */
final class Outgoing {

    /** How many messages may wait. */
    static final int MAX_MESSAGES = 10_000;

    /** How many bytes of UTF-8 they may have together. */
    static final int MAX_BYTES = 8 * 1024 * 1024;

    /** After how many bytes a batch is sent, even if more waits. */
    private static final int BATCH_BYTES = 256 * 1024;

    private final long shelfLife;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition becameEmpty = lock.newCondition();

    // Guarded by the lock.
    private final Deque<Waiting> queue = new ArrayDeque<>();
    private int bytes;
    /** How many are with the thread that tells them. */
    private int taken;

    private int takenBytes;
    private long told;
    private long dropped;

    /**
     * A message that waits.
     *
     * @param bytes of its topic and text
     * @param since by {@link System#nanoTime}
     */
    record Waiting(Message message, int bytes, long since) {}

    Outgoing(Duration shelfLife) {
        this.shelfLife = shelfLife.toNanos();
    }

    /** Returns how many others were dropped for it. */
    int add(Message message, int messageBytes) {
        lock.lock();
        try {
            queue.add(new Waiting(message, messageBytes, System.nanoTime()));
            bytes += messageBytes;
            var before = dropped;
            dropWhatDoesNotFit();
            return (int) (dropped - before);
        } finally {
            lock.unlock();
        }
    }

    private void dropWhatDoesNotFit() {
        while (!queue.isEmpty() && (queue.size() + taken > MAX_MESSAGES || bytes + takenBytes > MAX_BYTES)) {
            bytes -= queue.remove().bytes();
            dropped++;
        }
    }

    /** Takes the oldest for one batch; nothing if nothing waits. One of {@link #sent}, {@link #lost}, {@link #putBack} follows. */
    List<Waiting> take() {
        lock.lock();
        try {
            var now = System.nanoTime();
            var batch = new ArrayList<Waiting>();
            for (var next = queue.peek(); next != null && takenBytes < BATCH_BYTES; next = queue.peek()) {
                queue.remove();
                bytes -= next.bytes();
                if (now - next.since() > shelfLife) {
                    dropped++;
                } else {
                    batch.add(next);
                    takenBytes += next.bytes() + Parcel.LABEL;
                }
            }
            taken = batch.size();
            tellIfEmpty();
            return batch;
        } finally {
            lock.unlock();
        }
    }

    /** The server has them. */
    void sent(List<Waiting> batch) {
        lock.lock();
        try {
            taken = 0;
            takenBytes = 0;
            told += batch.size();
            tellIfEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** Nobody will get them. */
    void lost(List<Waiting> batch) {
        lock.lock();
        try {
            taken = 0;
            takenBytes = 0;
            dropped += batch.size();
            tellIfEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** They wait again, before all others. */
    void putBack(List<Waiting> batch) {
        lock.lock();
        try {
            taken = 0;
            takenBytes = 0;
            for (var i = batch.size() - 1; i >= 0; i--) {
                queue.addFirst(batch.get(i));
                bytes += batch.get(i).bytes();
            }
            dropWhatDoesNotFit();
        } finally {
            lock.unlock();
        }
    }

    private void tellIfEmpty() {
        if (taken == 0 && queue.isEmpty()) {
            becameEmpty.signalAll();
        }
    }

    /** Whether anything waits that nobody has taken. */
    boolean isEmpty() {
        lock.lock();
        try {
            return queue.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until everything is with the server, but no longer than this. */
    void awaitEmpty(Duration patience) {
        var left = patience.toNanos();
        lock.lock();
        try {
            while ((taken > 0 || !queue.isEmpty()) && left > 0) {
                left = becameEmpty.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    /** Drops what waits. */
    void clear() {
        lock.lock();
        try {
            dropped += queue.size();
            queue.clear();
            bytes = 0;
            tellIfEmpty();
        } finally {
            lock.unlock();
        }
    }

    int size() {
        lock.lock();
        try {
            return queue.size() + taken;
        } finally {
            lock.unlock();
        }
    }

    long told() {
        lock.lock();
        try {
            return told;
        } finally {
            lock.unlock();
        }
    }

    long dropped() {
        lock.lock();
        try {
            return dropped;
        } finally {
            lock.unlock();
        }
    }
}
