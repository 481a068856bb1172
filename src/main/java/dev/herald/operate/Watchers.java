package dev.herald.operate;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;

import dev.herald.concurrent.LimitedLog;
import dev.herald.concurrent.SerialLoop;
import dev.herald.concurrent.SparingExecutor;
import dev.herald.concurrent.Watched;
import jakarta.servlet.ServletRequest;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Who looks at the monitor. Every {@link #PERIOD} one snapshot is made and written down for all of them; while nobody looks, none is.
 * Who comes gets one at once. Lives from deployment to undeployment.
 *
 * <p>The requests' threads enter and begin, the clock's thread ticks, any thread ends a stream; nobody who calls holds a lock. No
 * thread waits for a browser.
 */
public final class Watchers implements AutoCloseable {

    /** How many may look at the same time. */
    static final int MAX_WATCHERS = 20;

    /** How often there is a new snapshot. */
    static final Duration PERIOD = Duration.ofSeconds(2);

    /** A snapshot that is younger is new enough for whoever comes, and for the tick: rates of a shorter time are noise. */
    static final Duration NEW = Duration.ofSeconds(1);

    /** How many threads may wait for browsers whose streams end. */
    private static final int CLOSING_THREADS = 2;

    private static final System.Logger LOG = System.getLogger(Watchers.class.getName());

    private final Supplier<byte[]> snapshots;
    private final LongSupplier nanoTime;
    private final Executor executor;
    private final Executor closings;
    private final Future<?> clock;
    private final LimitedLog failures = new LimitedLog(LOG);
    private final AtomicInteger entered = new AtomicInteger();
    private final Watched<Watcher> open = new Watched<>("a look at the monitor", this::isOpenAt);
    private final AtomicBoolean isRoundComing = new AtomicBoolean();
    private volatile boolean down;

    /** One thread at a time makes snapshots and hands them out. */
    private final SerialLoop rounds = new SerialLoop();

    // Only for the thread that runs a round.
    private byte @Nullable [] latest;
    private long madeAt;

    /**
     * Starts the clock.
     *
     * @param snapshots makes one, as it is sent; called by one thread at a time
     * @param nanoTime as {@link System#nanoTime}
     * @param timer may have a single thread: what it runs here does not block
     * @param executor for making snapshots, and for ending requests, which may block
     */
    Watchers(Supplier<byte[]> snapshots, LongSupplier nanoTime, ScheduledExecutorService timer, Executor executor) {
        this.snapshots = snapshots;
        this.nanoTime = nanoTime;
        this.executor = executor;
        this.closings = new SparingExecutor(executor, CLOSING_THREADS);
        this.clock = timer.scheduleAtFixedRate(this::tick, PERIOD.toMillis(), PERIOD.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Has the figures looked at. */
    public static Watchers of(Figures figures, Clock clock, ScheduledExecutorService timer, Executor executor) {
        return new Watchers(() -> Snapshot.event(figures, clock.millis()), System::nanoTime, timer, executor);
    }

    /** Whether one more may look. */
    boolean hasRoom() {
        return !down && entered.get() < MAX_WATCHERS;
    }

    /**
     * Has one more look, if there is room; false otherwise, and nothing has happened.
     *
     * @param request of which this is the thread; its answer's headers are set
     * @param isSignedOut whether who looks has gone since
     */
    boolean enter(ServletRequest request, BooleanSupplier isSignedOut) throws IOException {
        if (entered.getAndUpdate(there -> Math.min(there + 1, MAX_WATCHERS)) == MAX_WATCHERS) {
            return false;
        }
        Watcher watcher;
        try {
            watcher = new Watcher(request, isSignedOut, this::over, nanoTime.getAsLong());
        } catch (RuntimeException | Error e) {
            entered.decrementAndGet();
            throw e;
        }
        open.add(watcher);
        try {
            watcher.begin();
        } catch (IOException | RuntimeException | Error e) {
            watcher.end();
            throw e;
        }
        if (down) {
            watcher.end();
        }
        rounds.run(this::round);
        return true;
    }

    /** On the timer's thread: another one does the work. */
    private void tick() {
        if (open.size() == 0 || !isRoundComing.compareAndSet(false, true)) {
            return;
        }
        try {
            executor.execute(() -> {
                isRoundComing.set(false);
                rounds.run(this::round);
            });
        } catch (RuntimeException | Error e) {
            // It must not stop the clock, which asks again.
            LOG.log(DEBUG, "no thread is free for the monitor", e);
            isRoundComing.set(false);
        }
    }

    private void round() {
        var now = nanoTime.getAsLong();
        if (open.size() == 0) {
            latest = null;
            return;
        }
        if (latest == null || now - madeAt >= NEW.toNanos()) {
            try {
                latest = snapshots.get();
                madeAt = now;
            } catch (RuntimeException | Error e) {
                failures.log(ERROR, "the monitor's figures could not be read", e);
            }
        }
        open.tick(now);
    }

    private boolean isOpenAt(Watcher watcher, long now) {
        return watcher.isOpenAfter(latest, now);
    }

    private void over(Watcher watcher) {
        open.remove(watcher);
        entered.decrementAndGet();
        if (down) {
            watcher.complete();
        } else {
            closings.execute(watcher::complete);
        }
        if (open.size() == 0) {
            // Forgets the snapshot.
            rounds.run(this::round);
        }
    }

    /** How many look. */
    int size() {
        return open.size();
    }

    /** Stops the clock and ends all streams, whose browsers come back: the server goes down. */
    @Override
    public void close() {
        down = true;
        clock.cancel(false);
        open.endAll(Watcher::end);
    }
}
