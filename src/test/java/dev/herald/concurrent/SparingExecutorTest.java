package dev.herald.concurrent;

import static java.lang.System.Logger.Level.ERROR;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.testing.QuietLog;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SparingExecutorTest {

    private static final int MANY = 1_000;
    private static final int MAX_THREADS = 3;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch clientReads = new CountDownLatch(1);
    private final Queue<Integer> done = new ConcurrentLinkedQueue<>();

    @AfterEach
    void giveBack() {
        clientReads.countDown();
        threads.shutdown();
    }

    @Test
    void asksForOneThreadForAllThatIsQuickAndForOneThatWatches() {
        var asked = new ArrayDeque<Runnable>();
        var executor = new SparingExecutor(asked::add, MAX_THREADS);
        IntStream.range(0, MANY).forEach(n -> executor.execute(() -> done.add(n)));
        assertThat(asked).hasSize(1);

        asked.remove().run();

        assertThat(done).containsExactlyInAnyOrderElementsOf(upTo(MANY));
        assertThat(asked).hasSizeLessThanOrEqualTo(1);
    }

    @Test
    void doesTheOthersWorkWhileOneClientIsWaitedFor() throws InterruptedException {
        var executor = new SparingExecutor(threads, MAX_THREADS);
        var others = new CountDownLatch(MANY);

        executor.execute(this::waitForClient);
        IntStream.range(0, MANY).forEach(n -> executor.execute(others::countDown));

        assertThat(others.await(30, SECONDS)).isTrue();
    }

    @Test
    void waitsForNoMoreClientsAtATimeThanItMayUseThreads() {
        var waiting = new AtomicInteger();
        var most = new AtomicInteger();
        var executor = new SparingExecutor(threads, MAX_THREADS);
        for (var n = 0; n < 2 * MAX_THREADS; n++) {
            executor.execute(() -> {
                most.accumulateAndGet(waiting.incrementAndGet(), Math::max);
                waitForClient();
                waiting.decrementAndGet();
                done.add(1);
            });
        }
        Awaitility.await().until(() -> waiting.get() == MAX_THREADS);

        clientReads.countDown();

        Awaitility.await().until(() -> done.size() == 2 * MAX_THREADS);
        assertThat(most).hasValue(MAX_THREADS);
    }

    @Test
    void isDoneByTheCallerWhenTheContainerGivesNoThread() {
        var by = new HashSet<Thread>();
        var executor = new SparingExecutor(
                work -> {
                    throw new RejectedExecutionException("the container goes down");
                },
                MAX_THREADS);

        for (var n = 0; n < 3; n++) {
            var number = n;
            executor.execute(() -> {
                by.add(Thread.currentThread());
                done.add(number);
            });
        }

        assertThat(done).containsExactly(0, 1, 2);
        assertThat(by).containsExactly(Thread.currentThread());
    }

    @Test
    void whatThrowsHindersNothingElse() {
        var asked = new ArrayDeque<Runnable>();
        var executor = new SparingExecutor(asked::add, MAX_THREADS);
        executor.execute(() -> {
            throw new IllegalStateException("thrown by a test");
        });
        executor.execute(() -> done.add(1));

        asked.remove().run();

        assertThat(done).containsExactly(1);
        QuietLog.expect(ERROR, "was not done", "thrown by a test");
    }

    private void waitForClient() {
        try {
            assertThat(clientReads.await(50, SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static List<Integer> upTo(int end) {
        return IntStream.range(0, end).boxed().toList();
    }
}
