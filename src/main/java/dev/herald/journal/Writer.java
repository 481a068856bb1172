package dev.herald.journal;

import static java.lang.System.Logger.Level.ERROR;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;

/**
 * Writes what waits, in the order in which it came: together what fits into one batch, and one batch at a time. So a slow commit
 * makes the next batch larger, and few commits serve many. Thread-safe.
 */
final class Writer<T> {

    private static final System.Logger LOG = System.getLogger(Writer.class.getName());

    /**
     * How much may wait, and how much is written together. Something larger than a size is taken when nothing else waits, and
     * written alone.
     *
     * @param waitingSize in characters of text
     * @param batchSize likewise
     * @param patience how long {@linkplain #expectMore what is expected} is waited for: not long, as who says that it comes may wait
     *     for the writer first
     * @param linger how long the thread is kept when nothing waits: to be lent another one may cost more than to write
     */
    record Bounds(int waiting, long waitingSize, int batch, int batchSize, Duration patience, Duration linger) {}

    private final Executor executor;
    private final Bounds bounds;
    private final ToIntFunction<T> size;
    private final Consumer<List<T>> write;
    private final Consumer<List<T>> fail;

    // Guarded by the queue's monitor.
    private final Queue<T> queue = new ArrayDeque<>();
    private long queuedSize;
    private boolean writing;
    /** Those who will offer more, or say that they do not. */
    private final Set<Thread> expected = new HashSet<>();

    /**
     * A writer for which nothing waits.
     *
     * @param executor lends one thread as long as something waits, and a while longer
     * @param size of one, in characters of text
     * @param write is given each batch, by one thread at a time; does not throw
     * @param fail is given what is not written because the executor lends no thread
     */
    Writer(Executor executor, Bounds bounds, ToIntFunction<T> size, Consumer<List<T>> write, Consumer<List<T>> fail) {
        this.executor = executor;
        this.bounds = bounds;
        this.size = size;
        this.write = write;
        this.fail = fail;
    }

    /** Has something written; false when too much waits already. */
    boolean offer(T one) {
        var itsSize = size.applyAsInt(one);
        boolean start;
        synchronized (queue) {
            if (queue.size() >= bounds.waiting() || (!queue.isEmpty() && queuedSize + itsSize > bounds.waitingSize())) {
                return false;
            }
            queue.add(one);
            queuedSize += itsSize;
            start = !writing;
            writing = true;
            queue.notifyAll();
        }
        if (start) {
            start();
        }
        return true;
    }

    /** To be called before an offer, when the calling thread may offer more at once that should be written together with it. */
    void expectMore() {
        synchronized (queue) {
            expected.add(Thread.currentThread());
        }
    }

    /** The calling thread has offered what it had. */
    void expectNoMore() {
        synchronized (queue) {
            if (expected.remove(Thread.currentThread()) && expected.isEmpty()) {
                queue.notifyAll();
            }
        }
    }

    /** How many wait that are not being written yet. */
    int waiting() {
        synchronized (queue) {
            return queue.size();
        }
    }

    private void start() {
        try {
            executor.execute(this::write);
        } catch (RuntimeException e) {
            List<T> waiting;
            synchronized (queue) {
                waiting = takeAll();
                writing = false;
            }
            LOG.log(ERROR, "the container gives no thread to write with; what waited is refused", e);
            fail.accept(waiting);
        }
    }

    /** Takes what waits: it is the caller's now, and is not written. */
    List<T> takeAll() {
        synchronized (queue) {
            var all = new ArrayList<>(queue);
            queue.clear();
            queuedSize = 0;
            return all;
        }
    }

    /** Writes until nothing waits for some time. */
    private void write() {
        for (var batch = next(); !batch.isEmpty(); batch = next()) {
            write.accept(batch);
        }
    }

    private List<T> next() {
        synchronized (queue) {
            waitWhile(queue::isEmpty, bounds.linger());
            waitWhile(() -> !expected.isEmpty() && queue.size() < bounds.batch(), bounds.patience());
            expected.clear();
            var batch = new ArrayList<T>(Math.min(queue.size(), bounds.batch()));
            var batchSize = 0;
            for (var one = queue.peek(); one != null && batch.size() < bounds.batch(); one = queue.peek()) {
                var itsSize = size.applyAsInt(one);
                if (!batch.isEmpty() && batchSize + itsSize > bounds.batchSize()) {
                    break;
                }
                batch.add(queue.remove());
                batchSize += itsSize;
            }
            queuedSize -= batchSize;
            writing = !batch.isEmpty();
            return batch;
        }
    }

    /** Waits, but not for long. The lock is held. */
    private void waitWhile(BooleanSupplier condition, Duration atMost) {
        var end = System.nanoTime() + atMost.toNanos();
        for (var left = atMost.toNanos(); condition.getAsBoolean() && left > 0; left = end - System.nanoTime()) {
            try {
                TimeUnit.NANOSECONDS.timedWait(queue, left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
