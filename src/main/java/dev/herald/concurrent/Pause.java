package dev.herald.concurrent;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A pause after which something is done, once. WildFly drops what a timer is to do while the server is suspended. What is to be done
 * again and again goes on when the server is resumed, but what was to be done once is never done. So the timer comes again and
 * again until the work has begun.
 *
 * <p>Any thread may begin one, with any lock held that the work does not take. The work runs on the timer's thread.
 */
public final class Pause implements Runnable {

    private final Runnable work;
    private final AtomicBoolean over = new AtomicBoolean();

    /** Null until the timer has said so, which may be after its first tick. */
    private volatile @Nullable Future<?> ticking;

    private Pause(Runnable work) {
        this.work = work;
    }

    /**
     * Does something after a pause.
     *
     * @throws RuntimeException the timer's refusal: the container goes down
     */
    public static void then(ScheduledExecutorService timer, Duration length, Runnable work) {
        var pause = new Pause(work);
        pause.ticking = timer.scheduleWithFixedDelay(pause, length.toNanos(), length.toNanos(), NANOSECONDS);
        if (pause.over.get()) {
            pause.stop();
        }
    }

    /** Called by the timer at each of its ticks. */
    @Override
    public void run() {
        if (over.compareAndSet(false, true)) {
            stop();
            work.run();
        }
    }

    private void stop() {
        var begun = ticking;
        if (begun != null) {
            begun.cancel(false);
        }
    }
}
