package dev.herald.concurrent;

import static java.lang.System.Logger.Level.ERROR;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Hands things to a handler on other threads: those of one key one at a time and in their order, those of different keys side by
 * side. Any thread may add, with any lock held that the handler does not take: adding never waits. The handler is called with no
 * lock held.
 *
 * <p>When the executor refuses a thread, what waits stays, and each further thing that is added asks for a thread again.
 *
 * @param <K> the key
 * @param <T> the things
 */
public final class OrderedDispatcher<K, T> {

    private static final System.Logger LOG = System.getLogger(OrderedDispatcher.class.getName());

    /** How long a thing may wait for a busy worker while another one is idle, in nanoseconds. */
    private static final long GLANCE = TimeUnit.MILLISECONDS.toNanos(2);

    private final LimitedLog refusals = new LimitedLog(LOG);
    private final Executor executor;
    private final int maxWorkers;
    private final int capacity;
    private final long linger;
    private final BiConsumer<K, T> handler;

    // Guarded by this object's monitor.
    private final Map<K, Line<K, T>> lines = new HashMap<>();
    /** The lines that no worker is handling. */
    private final Queue<Line<K, T>> ready = new ArrayDeque<>();

    private int size;
    private int workers;
    private int idleWorkers;

    /** The things of one key that wait, in their order. */
    private record Line<K, T>(K key, Queue<T> things) {}

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
    public synchronized boolean isFull() {
        return size >= capacity;
    }

    /** Adds a thing after all others of its key. */
    public void add(K key, T thing) {
        boolean newWorker;
        synchronized (this) {
            size++;
            var line = lines.get(key);
            if (line == null) {
                line = new Line<>(key, new ArrayDeque<>());
                lines.put(key, line);
                ready.add(line);
            }
            line.things().add(thing);
            newWorker = workers < maxWorkers && workers < lines.size();
            if (newWorker) {
                workers++;
            } else if (idleWorkers > 0 && idleWorkers == workers) {
                notify();
            }
        }
        if (newWorker) {
            start();
        }
    }

    private void start() {
        try {
            executor.execute(this::work);
        } catch (RuntimeException e) {
            synchronized (this) {
                workers--;
            }
            refusals.log(ERROR, "the container gives no thread; what waits is done when more comes", e);
        }
    }

    private void work() {
        while (true) {
            Line<K, T> line;
            T thing;
            synchronized (this) {
                line = next();
                if (line == null) {
                    workers--;
                    return;
                }
                thing = line.things().remove();
            }
            handle(line.key(), thing);
            synchronized (this) {
                size--;
                if (line.things().isEmpty()) {
                    lines.remove(line.key());
                } else {
                    ready.add(line);
                }
            }
        }
    }

    /**
     * The next line that no worker is at; waits for one, for a while. The lock is held. While another worker is busy, {@link #add}
     * wakes nobody: the busy one will most likely be free before a sleeping one is awake. Should it be slow, the sleeping ones look
     * every {@link #GLANCE}.
     */
    private @Nullable Line<K, T> next() {
        var end = System.nanoTime() + linger;
        for (var left = linger; ready.isEmpty() && left > 0; left = end - System.nanoTime()) {
            idleWorkers++;
            try {
                TimeUnit.NANOSECONDS.timedWait(this, idleWorkers == workers ? left : Math.min(left, GLANCE));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return ready.poll();
            } finally {
                idleWorkers--;
            }
        }
        return ready.poll();
    }

    private void handle(K key, T thing) {
        try {
            handler.accept(key, thing);
        } catch (RuntimeException | Error e) {
            LOG.log(ERROR, () -> "work for " + key + " was not done", e);
        }
    }
}
