package dev.herald.concurrent;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.WARNING;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Hands things to a handler on other threads, its workers: the things of one key one at a time and in their order, those of
 * different keys side by side. Any thread may add, with any lock held that the handler does not take: adding never waits. The
 * handler is called with no lock held. When the executor refuses a thread, what waits stays, and each further thing that is
 * added asks for one again. With a {@link RetryingExecutor} one is asked for again also when nothing more is added.
 *
 * <p>Waking a thread costs more than handling most things. So one worker handles everything while it is quick, and another one
 * only watches. When no worker has finished anything for {@link #PATIENCE}, each worker that takes something starts two others,
 * until nothing waits or all workers are busy. When workers do finish things, but too slowly, others are added one by one.
 *
 * @param <K> the key
 * @param <T> the things
 */
public final class OrderedDispatcher<K, T> {

    private static final System.Logger LOG = System.getLogger(OrderedDispatcher.class.getName());

    /** How long a busy worker counts as quick, in nanoseconds. */
    private static final long PATIENCE = TimeUnit.MILLISECONDS.toNanos(5);

    /** What has waited for so long needs more workers, although the busy ones are quick; in nanoseconds. */
    private static final long OVERDUE = 5 * PATIENCE;

    private final Executor executor;
    private final int maxWorkers;
    private final int capacity;
    private final BiConsumer<K, T> handler;

    private final LimitedLog refusals = new LimitedLog(LOG);

    private final ReentrantLock lock = new ReentrantLock();
    /** Signalled when nothing is left to handle, or no worker. */
    private final Condition progress = lock.newCondition();

    // Guarded by the lock.
    private final Map<K, Line<K, T>> lines = new HashMap<>();
    /** The lines with waiting things that no worker handles. */
    private final Queue<Line<K, T>> ready = new ArrayDeque<>();
    /** The workers that have nothing to do, the one that became idle last first: so the others can end. */
    private final Deque<Condition> idle = new ArrayDeque<>();
    /** The worker that looks from time to time whether something waits for too long. */
    private @Nullable Condition watcher;

    /** How long a worker that has nothing to do waits for more, in nanoseconds. */
    private long linger;

    private int size;
    private int workers;
    /** How many workers are handling a line. */
    private int busy;
    /** How many workers are started or woken, and have not looked around yet. */
    private int coming;
    /** When a worker finished something last, or took something while no other was busy. */
    private long movedAt;

    /** The things of one key that wait, in their order. */
    private static final class Line<K, T> {

        final K key;
        final Queue<T> things = new ArrayDeque<>(2);
        /** Since when no worker is at it, although something waits. */
        long readySince;

        Line(K key) {
            this.key = key;
        }
    }

    /** A thing that a worker handles, with the {@link #movedAt} of when it was taken. */
    private record Taken<K, T>(Line<K, T> line, T thing, long movedAt) {}

    /** A dispatcher that has nothing to do, and gives its threads back as soon as it has nothing to do again. */
    public OrderedDispatcher(Executor executor, int maxWorkers, int capacity, BiConsumer<K, T> handler) {
        this(executor, maxWorkers, capacity, Duration.ZERO, handler);
    }

    /**
     * A dispatcher that has nothing to do.
     *
     * @param maxWorkers how many threads of the executor it takes at a time
     * @param capacity how many things may wait before it {@linkplain #isFull() is full}
     * @param linger how long a thread that has nothing more to do waits for more
     * @param handler what it throws is logged; the others are handled all the same
     */
    public OrderedDispatcher(
            Executor executor, int maxWorkers, int capacity, Duration linger, BiConsumer<K, T> handler) {
        this.executor = executor;
        this.maxWorkers = maxWorkers;
        this.capacity = capacity;
        this.linger = linger.toNanos();
        this.handler = handler;
    }

    /** Whether as many things wait as may. It is the caller's to add no more that can be refused. */
    public boolean isFull() {
        lock.lock();
        try {
            return size >= capacity;
        } finally {
            lock.unlock();
        }
    }

    /** Adds a thing after all others of its key. */
    public void add(K key, T thing) {
        boolean hired;
        lock.lock();
        try {
            size++;
            var line = lines.get(key);
            if (line == null) {
                line = new Line<>(key);
                lines.put(key, line);
                makeReady(line);
            }
            line.things.add(thing);
            hired = !ready.isEmpty()
                    && coming == 0
                    && (watcher == null || !areMoving(System.nanoTime()))
                    && wakeOrHire();
        } finally {
            lock.unlock();
        }
        if (hired) {
            start();
        }
    }

    /**
     * For the end: waits until nothing waits to be handled, nothing is handled, and all threads are given back. From now on a
     * thread that has nothing to do is given back at once. What is added later is handled all the same.
     *
     * @return false if there was still something to handle in the end, or the calling thread was interrupted
     */
    public boolean finish(Duration patience) {
        var left = patience.toNanos();
        lock.lock();
        try {
            linger = 0;
            idle.forEach(Condition::signal);
            while ((size > 0 || workers > 0) && left > 0) {
                left = progress.awaitNanos(left);
            }
            return size == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    private void makeReady(Line<K, T> line) {
        line.readySince = System.nanoTime();
        ready.add(line);
    }

    /** Whether a busy worker will most likely take what is ready before another one could. */
    private boolean areMoving(long now) {
        return busy > 0 && now - movedAt < PATIENCE;
    }

    /** Wakes a worker, or counts a new one in; then the caller starts it once it has left the lock. */
    private boolean wakeOrHire() {
        var woken = idle.poll();
        if (woken == null && watcher != null) {
            woken = watcher;
            watcher = null;
        }
        if (woken != null) {
            coming++;
            woken.signal();
            return false;
        }
        if (workers == maxWorkers) {
            return false;
        }
        workers++;
        coming++;
        return true;
    }

    private void start() {
        try {
            executor.execute(this::work);
        } catch (RuntimeException | Error e) {
            lock.lock();
            try {
                dismiss();
                coming--;
            } finally {
                lock.unlock();
            }
            refusals.log(
                    WARNING,
                    "the container lends no thread; what waits is done when more comes and it lends one: " + e);
        }
    }

    private void work() {
        var wake = lock.newCondition();
        Taken<K, T> taken = null;
        do {
            int hired;
            lock.lock();
            try {
                var goesOn = arriveOrFinish(taken);
                taken = take(next(wake, goesOn));
                hired = taken == null ? 0 : hireForOthers();
            } finally {
                lock.unlock();
            }
            for (; hired > 0; hired--) {
                start();
            }
            if (taken != null) {
                handle(taken.line().key, taken.thing());
            }
        } while (taken != null);
    }

    /** Returns whether the worker goes on at once: when nobody else has moved meanwhile, or nobody else is at work. */
    private boolean arriveOrFinish(@Nullable Taken<K, T> done) {
        if (done == null) {
            coming--;
            return false;
        }
        busy--;
        size--;
        var isAlone = busy == 0 || movedAt == done.movedAt();
        movedAt = System.nanoTime();
        if (done.line().things.isEmpty()) {
            lines.remove(done.line().key);
        } else {
            makeReady(done.line());
        }
        if (size == 0) {
            progress.signalAll();
        }
        return isAlone;
    }

    private void dismiss() {
        workers--;
        if (workers == 0) {
            progress.signalAll();
        }
    }

    private @Nullable Taken<K, T> take(@Nullable Line<K, T> line) {
        if (line == null) {
            dismiss();
            return null;
        }
        if (busy == 0) {
            movedAt = System.nanoTime();
        }
        busy++;
        return new Taken<>(line, line.things.remove(), movedAt);
    }

    /** Sees to it that what a worker leaves behind is taken, or watched, by others; returns how many are to be started. */
    private int hireForOthers() {
        if (ready.isEmpty()) {
            return 0;
        }
        var now = System.nanoTime();
        var first = ready.element();
        int wanted;
        if (!areMoving(now)) {
            wanted = Math.min(2, ready.size() - coming);
        } else {
            wanted = watcher == null || isOverdue(first, now) ? 1 - coming : 0;
        }
        var hired = 0;
        for (; wanted > 0; wanted--) {
            hired += wakeOrHire() ? 1 : 0;
        }
        return hired;
    }

    /** The next line for a worker; it waits for one for a while, and watches if nobody does. */
    private @Nullable Line<K, T> next(Condition wake, boolean goesOn) {
        var mayTake = goesOn;
        var since = System.nanoTime();
        for (var now = since; ; now = System.nanoTime()) {
            var first = ready.peek();
            if (first != null && (mayTake || !areMoving(now) || isOverdue(first, now))) {
                return ready.remove();
            }
            mayTake = false;
            var watches = watcher == null && (first != null || now - movedAt < linger);
            var left = since + linger - now;
            if (!watches && left <= 0) {
                return null;
            }
            if (!(watches ? watch(wake) : idle(wake, left))) {
                return ready.poll();
            }
        }
    }

    private static boolean isOverdue(Line<?, ?> line, long now) {
        return now - line.readySince >= OVERDUE;
    }

    /** Returns false when the thread is interrupted, as the container wants it back. */
    @SuppressWarnings("WaitNotInLoop") // the caller is the loop
    private boolean watch(Condition wake) {
        watcher = wake;
        try {
            wake.awaitNanos(PATIENCE);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            if (watcher == wake) {
                watcher = null;
            } else {
                coming--;
            }
        }
    }

    /** As {@link #watch}, but for as long as nobody wakes it. */
    @SuppressWarnings("WaitNotInLoop") // the caller is the loop
    private boolean idle(Condition wake, long nanos) {
        idle.push(wake);
        try {
            wake.awaitNanos(nanos);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            if (!idle.remove(wake)) {
                coming--;
            }
        }
    }

    private void handle(K key, T thing) {
        try {
            handler.accept(key, thing);
        } catch (RuntimeException | Error e) {
            LOG.log(ERROR, () -> "work for " + key + " was not done", e);
        }
    }
}
