package dev.herald.cluster;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.herald.concurrent.RetryingExecutor;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Work that one thread of the container does at a time, whenever it is asked for. Any thread may call, with any lock held that the
 * work does not take, except where it waits. The work runs with no lock held.
 */
final class Errand {

    private static final System.Logger LOG = System.getLogger(Errand.class.getName());

    private final Executor executor;
    private final ScheduledExecutorService timer;
    private final Runnable work;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition becameIdle = lock.newCondition();

    // Guarded by the lock.
    private boolean isAsked;
    private boolean isResting;
    private boolean isOver;
    private @Nullable Thread worker;

    /** Nobody is at work yet. The timer may have a single thread. */
    Errand(Executor executor, ScheduledExecutorService timer, Runnable work) {
        this.executor = new RetryingExecutor(executor, timer);
        this.timer = timer;
        this.work = work;
    }

    /** Has the work done: now, after the run that is going on, or after the pause that is. A run serves all calls before it. */
    void ask() {
        lock.lock();
        try {
            if (isOver || isAsked) {
                return;
            }
            isAsked = true;
            if (isResting || worker != null) {
                return;
            }
        } finally {
            lock.unlock();
        }
        borrow();
    }

    /** Has the work done when so much time is over, and not before. */
    void askAfter(Duration pause) {
        lock.lock();
        try {
            if (isOver || isResting) {
                return;
            }
            isAsked = true;
            isResting = true;
        } finally {
            lock.unlock();
        }
        try {
            var unused = timer.schedule(this::endRest, pause.toNanos(), NANOSECONDS);
        } catch (RuntimeException e) {
            LOG.log(DEBUG, "the container runs no timers any more", e);
        }
    }

    private void endRest() {
        lock.lock();
        try {
            isResting = false;
            if (isOver || worker != null) {
                return;
            }
        } finally {
            lock.unlock();
        }
        borrow();
    }

    /** Called by one thread for each time that the work becomes due while nobody is at it. */
    private void borrow() {
        try {
            executor.execute(this::run);
        } catch (RuntimeException | Error e) {
            LOG.log(DEBUG, "the container lends no threads any more", e);
        }
    }

    private void run() {
        while (begin()) {
            try {
                work.run();
            } catch (RuntimeException | Error e) {
                LOG.log(
                        ERROR,
                        "a piece of work that should handle its failures has failed; it is done again when asked for",
                        e);
            } finally {
                end();
            }
        }
    }

    private boolean begin() {
        lock.lock();
        try {
            var begins = isAsked && !isResting && !isOver && worker == null;
            if (begins) {
                isAsked = false;
                worker = Thread.currentThread();
            }
            return begins;
        } finally {
            lock.unlock();
        }
    }

    private void end() {
        lock.lock();
        try {
            worker = null;
            becameIdle.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The work is not begun any more. What is going on goes on. */
    void close() {
        lock.lock();
        try {
            isOver = true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until nobody is at work. Does not wait on the thread that is at work.
     *
     * @return false if it did not come to that in time, or the thread was interrupted
     */
    boolean awaitIdle(Duration patience) {
        var left = patience.toNanos();
        lock.lock();
        try {
            while (worker != null && worker != Thread.currentThread() && left > 0) {
                left = becameIdle.awaitNanos(left);
            }
            return worker == null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }
}
