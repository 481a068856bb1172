package dev.herald.hub;

import dev.herald.concurrent.OrderedDispatcher;
import dev.herald.concurrent.WriteBatch;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Delivers what a log has committed, on threads of its own: those of one channel in their order, those of several channels side by
 * side. So a large fan-out does not delay the next commit, and what a receiver throws does not reach the log. What has queued up
 * meanwhile is delivered together, and leaves in one write for each client.
 *
 * <p>Any thread may add, holding any lock: adding only queues.
 */
final class Deliveries {

    /** How many threads of the executor deliver at a time at the most. */
    private static final int THREADS = 4;

    /** How many messages may wait to be delivered before publishers are refused. */
    private static final int CAPACITY = 10_000;

    /** How much text these may have, in characters. */
    private static final long CAPACITY_SIZE = 64L * 1024 * 1024;

    /** How long a thread is kept when nothing waits: to be lent another one may cost more than to deliver. */
    private static final Duration LINGER = Duration.ofSeconds(1);

    private final OrderedDispatcher<Channel, Channel> rounds;
    private final AtomicLong size = new AtomicLong();

    Deliveries(Executor executor) {
        this.rounds = new OrderedDispatcher<>(executor, THREADS, CAPACITY, LINGER, (key, channel) -> deliver(channel));
    }

    /** Whether as much waits as may; then nothing more is to be published. */
    boolean isFull() {
        return rounds.isFull() || size.get() >= CAPACITY_SIZE;
    }

    /**
     * Has another thread do this after all that was added for the channel before.
     *
     * @param itsSize in characters
     */
    void add(Channel channel, int itsSize, Runnable delivery) {
        size.addAndGet(itsSize);
        channel.undelivered().add(() -> {
            size.addAndGet(-itsSize);
            delivery.run();
        });
        rounds.add(channel, channel);
    }

    /** Waits until all that was added is delivered; false if that takes longer. */
    boolean awaitEmpty(Duration atMost) {
        return rounds.awaitEmpty(atMost);
    }

    /** Does in one batch what waits by now; the rounds that were asked for it meanwhile find nothing. */
    private static void deliver(Channel channel) {
        var waiting = channel.undelivered();
        if (waiting.isEmpty()) {
            return;
        }
        WriteBatch.during(() -> {
            var delivery = waiting.poll();
            for (var n = 1; delivery != null; n++) {
                delivery.run();
                delivery = n < WriteBatch.MAX_MESSAGES ? waiting.poll() : null;
            }
        });
    }
}
