package dev.herald.concurrent;

import static java.lang.System.Logger.Level.DEBUG;

import java.util.concurrent.Executor;

/**
 * Runs pieces of work that may wait for a client, in no order, on as few threads of another executor as it can: one thread runs
 * them all while it is quick, and others are asked for when it is not (see {@link OrderedDispatcher}). On some servers asking for
 * a thread costs more than most of the work.
 *
 * <p>Any thread may call {@link #execute}, holding no lock: the calling thread itself runs what waits when the executor gives no
 * thread. The work runs with no lock held.
 */
public final class SparingExecutor implements Executor {

    private static final System.Logger LOG = System.getLogger(SparingExecutor.class.getName());

    private final OrderedDispatcher<Runnable, Runnable> waiting;
    private final Executor executor;

    /**
     * Asks this executor.
     *
     * @param maxThreads how many of its threads may be used at a time: so many clients may be waited for
     */
    public SparingExecutor(Executor executor, int maxThreads) {
        this.executor = executor;
        // What may wait is bounded by the callers: each client has one answer.
        this.waiting = new OrderedDispatcher<>(this::lend, maxThreads, Integer.MAX_VALUE, (key, work) -> work.run());
    }

    /** Runs the work once; what it throws is logged. */
    @Override
    public void execute(Runnable work) {
        waiting.add(work, work);
    }

    private void lend(Runnable worker) {
        try {
            executor.execute(worker);
        } catch (RuntimeException | Error e) {
            LOG.log(DEBUG, "the container gives no thread; the work is done by this one", e);
            worker.run();
        }
    }
}
