package dev.herald.hub;

import dev.herald.concurrent.OrderedDispatcher;
import java.util.concurrent.Executor;

/**
 * Reads the log for subscriptions that are not live yet, a page at a time: who has got a page goes to the end of the line. A few
 * threads work side by side, so a channel whose log is slow holds up no other, and the callers' threads never wait for the log.
 *
 * <p>Any thread may add, holding no lock. What waits is bounded by the subscriptions there are, each of which waits once at most.
 */
final class CatchUps {

    /** How many threads of the executor read at a time at the most. */
    static final int THREADS = 4;

    private final OrderedDispatcher<Subscription, Runnable> line;

    /** @param executor lends the threads; when it refuses one, what waits is tried again with the next that is added */
    CatchUps(Executor executor) {
        this.line = new OrderedDispatcher<>(executor, THREADS, Integer.MAX_VALUE, (subscription, step) -> step.run());
    }

    /** Has another thread take this step for the subscription; steps of one subscription are taken one at a time. */
    void add(Subscription subscription, Runnable step) {
        line.add(subscription, step);
    }
}
