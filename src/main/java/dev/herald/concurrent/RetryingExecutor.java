package dev.herald.concurrent;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.WARNING;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Asks an executor for a thread until it lends one. Work that is refused is kept, and offered again after {@link #PAUSE}. Any
 * thread may call {@link #execute}, with any lock held that the work does not take; the work runs on a thread of the executor.
 *
 * <p>It keeps as many pieces of work as its callers ask threads for, so it is for callers who ask for a bounded number.
 */
public final class RetryingExecutor implements Executor {

    /** How long after a refusal the executor is asked again. */
    public static final Duration PAUSE = Duration.ofMillis(50);

    private static final System.Logger LOG = System.getLogger(RetryingExecutor.class.getName());

    private final LimitedLog refusals = new LimitedLog(LOG);
    private final Executor executor;
    private final ScheduledExecutorService timer;

    /**
     * Asks this executor.
     *
     * @param timer may have a single thread: what it runs does not wait
     */
    public RetryingExecutor(Executor executor, ScheduledExecutorService timer) {
        this.executor = executor;
        this.timer = timer;
    }

    /**
     * Runs the work once, as soon as the executor lends a thread.
     *
     * @throws RuntimeException the executor's refusal, when the timer takes nothing any more either: the container goes down
     */
    @Override
    public void execute(Runnable work) {
        try {
            executor.execute(work);
        } catch (RuntimeException | Error refusal) {
            refusals.log(
                    WARNING,
                    "the container lends no thread; what waits stays, and a thread is asked for again every "
                            + PAUSE.toMillis()
                            + " ms; if this lasts, give its executor more threads or a longer queue: " + refusal);
            if (!isAskedLater(work)) {
                throw refusal;
            }
        }
    }

    private boolean isAskedLater(Runnable work) {
        try {
            Pause.then(timer, PAUSE, () -> execute(work));
            return true;
        } catch (RuntimeException e) {
            LOG.log(DEBUG, "the container runs no timers any more", e);
            return false;
        }
    }
}
