package dev.herald.hub;

import dev.herald.concurrent.OrderedDispatcher;
import dev.herald.concurrent.WriteBatch;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Delivers committed messages on other threads than the log's: those of one channel in order, different channels side by side.
 * So a large fan-out does not delay the next commit, and an exception of a receiver does not reach the log. Messages that have
 * queued up are delivered together, in one write for each client.
 *
 * <p>Any thread may add, holding any lock: adding only queues.
 */
final class Deliveries {

    /** The most threads that deliver at one time. */
    private static final int THREADS = 4;

    /** How many messages may wait to be delivered before publishers are refused. */
    private static final int CAPACITY = 10_000;

    /** How much text these messages may have, in characters. */
    private static final long CAPACITY_SIZE = 64L * 1024 * 1024;

    /** How long a thread is kept when nothing waits: borrowing another one may cost more than delivering. */
    private static final Duration LINGER = Duration.ofSeconds(1);

    private final OrderedDispatcher<Channel, Channel> rounds;
    private final AtomicLong size = new AtomicLong();

    Deliveries(Executor executor) {
        this.rounds = new OrderedDispatcher<>(executor, THREADS, CAPACITY, LINGER, (key, channel) -> deliver(channel));
    }

    /** Whether too much waits already. Then nothing more may be published. */
    boolean isFull() {
        return rounds.isFull() || size.get() >= CAPACITY_SIZE;
    }

    /**
     * Runs a delivery on another thread, after all earlier ones of the channel.
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

    /** For the end: waits until all that was added is delivered, and the threads are given back; false if delivering takes longer. */
    boolean finish(Duration atMost) {
        return rounds.finish(atMost);
    }

    /** Does everything that waits in one batch. Rounds that were requested for it meanwhile find nothing to do. */
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
