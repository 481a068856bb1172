package dev.herald.journal;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.WARNING;

import dev.herald.concurrent.Pause;
import dev.herald.concurrent.RetryingExecutor;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;

/**
 * A queue of things to write, and the one thread that writes them, in the order in which they were offered. It writes one batch
 * of several things at a time. While a slow commit runs, more is queued, and the next batch is larger.
 *
 * <p>Threads: any thread may call any method, even while it holds a lock. {@code write} and {@code fail} are called by a thread
 * of the executor, or by the timer's if the executor lends none. Only {@link #close} calls {@code fail} on the calling thread.
 */
final class Writer<T> {

    /**
     * How long the queue is kept while the executor lends no thread; then it is refused. A publisher gets an answer within 5 s:
     * this time, 1.5 s for a connection and 3 s for the commit are less.
     */
    static final Duration THREAD_PATIENCE = Duration.ofMillis(400);

    private static final System.Logger LOG = System.getLogger(Writer.class.getName());

    private final Threads threads;
    private final Bounds bounds;
    private final ToIntFunction<T> size;
    private final Consumer<List<T>> write;
    private final Consumer<List<T>> fail;

    // Guarded by the queue's monitor.
    private final Queue<T> queue = new ArrayDeque<>();
    private long queuedSize;
    /** Whether a thread writes, or has been asked for. */
    private boolean working;

    private boolean closed;
    /** The threads that have called {@link #expectMore} and not yet {@link #expectNoMore}. */
    private final Set<Thread> expected = new HashSet<>();
    /** Whether the executor has refused a thread since it last lent one, and since when. */
    private boolean refused;

    private long refusedSince;

    /**
     * How much may wait, and how much is written in one batch. A thing that is larger than the whole size is taken when nothing
     * else waits, and is written alone.
     *
     * @param waitingSize in characters of text
     * @param batchSize in characters of text
     * @param patience how long the writer waits for {@linkplain #expectMore expected} offers. It must be short, because the
     *     announcing thread may itself be waiting for the writer
     * @param linger how long the thread is kept when the queue is empty: borrowing a thread may cost more than writing
     */
    record Bounds(int waiting, long waitingSize, int batch, int batchSize, Duration patience, Duration linger) {}

    /**
     * A writer with an empty queue.
     *
     * @param threads it borrows one while the queue is not empty, and a short time longer
     * @param size of one thing, in characters of text
     * @param write is given each batch, by one thread at a time; what it throws is logged, and its batch goes to {@code fail}
     * @param fail is given what is not written
     */
    Writer(Threads threads, Bounds bounds, ToIntFunction<T> size, Consumer<List<T>> write, Consumer<List<T>> fail) {
        this.threads = threads;
        this.bounds = bounds;
        this.size = size;
        this.write = write;
        this.fail = fail;
    }

    /** Queues something to be written; false when too much waits already, or the writer is closed. */
    boolean offer(T one) {
        var itsSize = size.applyAsInt(one);
        boolean start;
        synchronized (queue) {
            var isFull = queue.size() >= bounds.waiting()
                    || (!queue.isEmpty() && queuedSize + itsSize > bounds.waitingSize());
            if (closed || isFull) {
                return false;
            }
            queue.add(one);
            queuedSize += itsSize;
            start = !working;
            working = true;
            queue.notifyAll();
        }
        if (start) {
            borrowThread();
        }
        return true;
    }

    /** Announces that the calling thread may offer several things at once, which should be written together. */
    void expectMore() {
        synchronized (queue) {
            expected.add(Thread.currentThread());
        }
    }

    /** Says that the calling thread has offered everything. */
    void expectNoMore() {
        synchronized (queue) {
            if (expected.remove(Thread.currentThread()) && expected.isEmpty()) {
                queue.notifyAll();
            }
        }
    }

    /** How many things wait and are not being written yet. */
    int waiting() {
        synchronized (queue) {
            return queue.size();
        }
    }

    /** Whether it takes nothing more. */
    boolean isClosed() {
        synchronized (queue) {
            return closed;
        }
    }

    /** Empties the queue. The caller is now responsible for what was in it. */
    List<T> takeAll() {
        synchronized (queue) {
            var all = new ArrayList<>(queue);
            queue.clear();
            queuedSize = 0;
            return all;
        }
    }

    /** Takes nothing more, and waits until everything is written. What is not written in time goes to {@code fail}. */
    void close(Duration atMost) {
        List<T> left;
        synchronized (queue) {
            closed = true;
            queue.notifyAll();
            waitWhile(() -> working, atMost);
            left = takeAll();
        }
        failAll(left);
    }

    private void borrowThread() {
        try {
            threads.executor().execute(this::writeUntilIdle);
        } catch (RuntimeException | Error e) {
            tryLater(e);
        }
    }

    /** Asks for a thread again later. The queue is kept meanwhile. */
    private void tryLater(Throwable why) {
        boolean isFirst;
        synchronized (queue) {
            isFirst = !refused;
            if (isFirst) {
                refused = true;
                refusedSince = System.nanoTime();
            }
        }
        if (isFirst) {
            LOG.log(
                    WARNING,
                    "the container lends no thread to write to the database; it is asked again, and what has waited for "
                            + THREAD_PATIENCE.toMillis() + " ms is refused: " + why);
        }
        try {
            Pause.then(threads.timer(), RetryingExecutor.PAUSE, this::tryAgain);
        } catch (RuntimeException e) {
            LOG.log(DEBUG, "the container runs no timers any more", e);
            // The next offer tries again, and close() answers those who wait.
            stopWorking();
        }
    }

    private void tryAgain() {
        var left = List.<T>of();
        boolean goesOn;
        synchronized (queue) {
            var now = System.nanoTime();
            if (now - refusedSince >= THREAD_PATIENCE.toNanos()) {
                refusedSince = now;
                left = takeAll();
            }
            goesOn = !queue.isEmpty();
            if (!goesOn) {
                stopWorking();
            }
        }
        failAll(left);
        if (goesOn) {
            borrowThread();
        }
    }

    private void stopWorking() {
        synchronized (queue) {
            working = false;
            queue.notifyAll();
        }
    }

    private void writeUntilIdle() {
        synchronized (queue) {
            refused = false;
        }
        var isDone = false;
        try {
            for (var batch = next(); !batch.isEmpty(); batch = next()) {
                write(batch);
            }
            isDone = true;
        } finally {
            if (!isDone) {
                // After an Error, another thread must go on.
                tryLater(new IllegalStateException("the writing thread has died"));
            }
        }
    }

    private void write(List<T> batch) {
        try {
            write.accept(batch);
        } catch (RuntimeException | Error e) {
            LOG.log(ERROR, "an error occurred while a batch was written to the database, or handed on", e);
            failAll(batch);
        }
    }

    private void failAll(List<T> some) {
        if (some.isEmpty()) {
            return;
        }
        try {
            fail.accept(some);
        } catch (RuntimeException | Error e) {
            LOG.log(ERROR, "an error occurred while senders were told that their batch is not written", e);
        }
    }

    /** Waits for the next batch. An empty batch means that the thread must end. */
    private List<T> next() {
        synchronized (queue) {
            waitWhile(() -> queue.isEmpty() && !closed, bounds.linger());
            waitWhile(() -> !expected.isEmpty() && queue.size() < bounds.batch() && !closed, bounds.patience());
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
            if (batch.isEmpty()) {
                stopWorking();
            }
            return batch;
        }
    }

    /** Waits at most so long. The caller holds the lock. */
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
