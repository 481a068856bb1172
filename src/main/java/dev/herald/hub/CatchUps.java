package dev.herald.hub;

import dev.herald.concurrent.OrderedDispatcher;
import java.util.concurrent.Executor;

/**
 * Reads the log for subscriptions that are not live yet, one page at a time. A subscription that has got a page goes to the end
 * of the line. A few threads work side by side, so a channel whose log is slow holds up no other, and the callers' threads
 * never wait for the log.
 *
 * <p>Any thread may add, holding no lock. The line is bounded by the number of subscriptions, because each waits at most once.
 */
final class CatchUps {

    /** The most threads that read at one time. */
    static final int THREADS = 4;

    private final OrderedDispatcher<Subscription, Runnable> line;

    /** @param executor lends the threads */
    CatchUps(Executor executor) {
        this.line = new OrderedDispatcher<>(executor, THREADS, Integer.MAX_VALUE, (subscription, step) -> step.run());
    }

    /** Runs this step for the subscription on another thread. The steps of one subscription run one at a time. */
    void add(Subscription subscription, Runnable step) {
        line.add(subscription, step);
    }
}
