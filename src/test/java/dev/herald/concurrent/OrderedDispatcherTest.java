package dev.herald.concurrent;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.WARNING;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.testing.QuietLog;
import dev.herald.testing.RealTimer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class OrderedDispatcherTest {

    private static final int CAPACITY = 1_000_000;
    private static final Duration LINGER = Duration.ofSeconds(1);

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, List<Integer>> handled = new ConcurrentHashMap<>();
    private final AtomicInteger atWork = new AtomicInteger();
    private final AtomicInteger mostAtWork = new AtomicInteger();

    @AfterEach
    void stopThreads() {
        threads.shutdownNow();
    }

    @Test
    void keepsTheOrderOfEachKeyWithinWhatOneThreadAdds() throws Exception {
        var count = 2_000;
        var dispatcher = new OrderedDispatcher<String, Integer>(threads, 4, CAPACITY, this::note);
        var start = new CountDownLatch(1);
        var adders = IntStream.range(0, 8)
                .mapToObj(adder -> new Thread(() -> {
                    await(start);
                    for (var n = 0; n < count; n++) {
                        dispatcher.add("key" + adder, n);
                        dispatcher.add("shared", adder * count + n);
                    }
                }))
                .toList();
        adders.forEach(Thread::start);

        start.countDown();
        for (var adder : adders) {
            adder.join();
        }

        Awaitility.await().until(() -> countHandled() == 16 * count);
        for (var adder = 0; adder < 8; adder++) {
            var from = adder * count;
            assertThat(handled.get("key" + adder)).isEqualTo(numbers(0, count));
            assertThat(handled.get("shared"))
                    .filteredOn(n -> n >= from && n < from + count)
                    .isEqualTo(numbers(from, from + count));
        }
        assertThat(mostAtWork.get()).isBetween(1, 4);
        assertThat(dispatcher.isFull()).isFalse();
    }

    @Test
    void handlesTheThingsOfOneKeyOneAtATime() {
        var together = new AtomicInteger();
        var overlaps = new AtomicInteger();
        var done = new AtomicInteger();
        var dispatcher = new OrderedDispatcher<String, Integer>(threads, 8, CAPACITY, (key, n) -> {
            if (together.incrementAndGet() > 1) {
                overlaps.incrementAndGet();
            }
            Thread.yield();
            together.decrementAndGet();
            done.incrementAndGet();
        });

        for (var n = 0; n < 10_000; n++) {
            dispatcher.add("key", n);
        }

        Awaitility.await().until(() -> done.get() == 10_000);
        assertThat(overlaps).hasValue(0);
    }

    @Test
    void handlesDifferentKeysSideBySideOnSoManyThreadsAndNoMore() {
        var go = new CountDownLatch(1);
        var dispatcher = new OrderedDispatcher<String, Integer>(threads, 3, CAPACITY, (key, n) -> {
            note(key, n, () -> await(go));
        });

        for (var key = 0; key < 20; key++) {
            dispatcher.add("key" + key, 0);
        }

        Awaitility.await().until(() -> atWork.get() == 3);
        go.countDown();
        Awaitility.await().until(() -> countHandled() == 20);
        assertThat(mostAtWork).hasValue(3);
    }

    @Test
    void servesAllWhoWaitSideBySideThoughNothingMoreIsAdded() {
        var inside = new CountDownLatch(64);
        var dispatcher = new OrderedDispatcher<String, Integer>(threads, 64, CAPACITY, LINGER, (key, n) -> {
            inside.countDown();
            note(key, n, () -> await(inside));
        });

        for (var key = 0; key < 64; key++) {
            dispatcher.add("key" + key, 0);
        }

        Awaitility.await().until(() -> countHandled() == 64);
    }

    /** A thread that became idle when nobody was at work must not sleep on when somebody is, and is slow. */
    @Test
    void anIdleThreadTakesWhatWaitsBehindASlowOneBeforeItsTimeIsUp() {
        var go = new CountDownLatch(1);
        var both = new CountDownLatch(2);
        var dispatcher = new OrderedDispatcher<String, Integer>(
                threads,
                2,
                CAPACITY,
                Duration.ofSeconds(60),
                (key, n) -> note(key, n, () -> {
                    both.countDown();
                    await(key.equals("slow") ? go : both);
                }));
        dispatcher.add("a", 0);
        dispatcher.add("b", 0);
        Awaitility.await().until(() -> countHandled() == 2);

        dispatcher.add("slow", 0);
        dispatcher.add("quick", 0);

        Awaitility.await().until(() -> handled.containsKey("quick"));
        go.countDown();
    }

    @Test
    void quickThingsOfManyKeysTakeFewThreads() {
        var dispatcher = new OrderedDispatcher<String, Integer>(threads, 64, CAPACITY, LINGER, this::note);

        for (var n = 0; n < 100_000; n++) {
            dispatcher.add("key" + n % 100, n);
        }

        assertThat(dispatcher.finish(Duration.ofSeconds(20))).isTrue();
        assertThat(countHandled()).isEqualTo(100_000);
        assertThat(mostAtWork.get()).isBetween(1, 64);
    }

    @Test
    void saysWhenNothingWaitsAnyMore() {
        var go = new CountDownLatch(1);
        var dispatcher = new OrderedDispatcher<String, Integer>(
                threads, 2, CAPACITY, LINGER, (key, n) -> note(key, n, () -> await(go)));
        assertThat(dispatcher.finish(Duration.ZERO)).isTrue();

        dispatcher.add("key", 0);
        assertThat(dispatcher.finish(Duration.ofMillis(10))).isFalse();
        go.countDown();

        assertThat(dispatcher.finish(Duration.ofSeconds(20))).isTrue();
        assertThat(countHandled()).isEqualTo(1);
    }

    @Test
    void givesItsThreadsBackInTheEndHoweverLongTheyWouldStay() {
        var dispatcher = new OrderedDispatcher<String, Integer>(threads, 4, CAPACITY, Duration.ofHours(1), this::note);
        for (var n = 0; n < 1_000; n++) {
            dispatcher.add("key" + n % 10, n);
        }

        assertThat(dispatcher.finish(Duration.ofSeconds(20))).isTrue();
        Awaitility.await().until(() -> ((ThreadPoolExecutor) threads).getActiveCount() == 0);
        dispatcher.add("late", 0);
        Awaitility.await().until(() -> handled.containsKey("late"));
        Awaitility.await().until(() -> ((ThreadPoolExecutor) threads).getActiveCount() == 0);
    }

    @Test
    void takesOneThreadForOneKey() {
        var taken = new AtomicInteger();
        var go = new CountDownLatch(1);
        var dispatcher = new OrderedDispatcher<String, Integer>(
                counting(taken), 3, CAPACITY, (key, n) -> note(key, n, () -> await(go)));

        for (var n = 0; n < 20; n++) {
            dispatcher.add("key", n);
        }
        go.countDown();

        Awaitility.await().until(() -> countHandled() == 20);
        assertThat(taken).hasValue(1);
    }

    @Test
    void givesItsThreadBackWhenThereIsNothingToDo() {
        var waiting = new ArrayDeque<Runnable>();
        var dispatcher = new OrderedDispatcher<String, Integer>(waiting::add, 1, CAPACITY, this::note);

        for (var n = 0; n < 50; n++) {
            dispatcher.add("key", n);
            assertThat(waiting).hasSize(1);
            run(waiting);
        }

        assertThat(handled.get("key")).isEqualTo(numbers(0, 50));
    }

    @Test
    void isNotHeldUpByASlowKey() {
        var go = new CountDownLatch(1);
        var dispatcher = new OrderedDispatcher<String, Integer>(threads, 2, CAPACITY, (key, n) -> {
            if (key.equals("slow")) {
                await(go);
            }
            note(key, n);
        });

        dispatcher.add("slow", 0);
        dispatcher.add("slow", 1);
        for (var n = 0; n < 100; n++) {
            dispatcher.add("a", n);
            dispatcher.add("b", n);
        }

        Awaitility.await().until(() -> countHandled() == 200);
        assertThat(handled).doesNotContainKey("slow");
        go.countDown();
        Awaitility.await().until(() -> countHandled() == 202);
        assertThat(handled.get("slow")).containsExactly(0, 1);
    }

    @Test
    void isFairToAllKeysWithOneThread() {
        var order = new ArrayList<String>();
        var waiting = new ArrayDeque<Runnable>();
        var dispatcher =
                new OrderedDispatcher<String, Integer>(waiting::add, 1, CAPACITY, (key, n) -> order.add(key + n));
        for (var n = 0; n < 3; n++) {
            dispatcher.add("a", n);
        }
        dispatcher.add("b", 0);

        run(waiting);

        assertThat(order).containsExactly("a0", "b0", "a1", "a2");
    }

    @Test
    void handlesWhatTheHandlerAdds() {
        var order = new ArrayList<Integer>();
        var self = new ArrayList<OrderedDispatcher<String, Integer>>();
        var dispatcher = new OrderedDispatcher<String, Integer>(Runnable::run, 1, CAPACITY, (key, n) -> {
            order.add(n);
            if (n < 5) {
                self.get(0).add(key, n + 1);
                order.add(-n);
            }
        });
        self.add(dispatcher);

        dispatcher.add("key", 1);

        assertThat(order).containsExactly(1, -1, 2, -2, 3, -3, 4, -4, 5);
    }

    @Test
    void goesOnAfterAHandlerThatThrows() {
        assertGoesOnAfter(() -> {
            throw new IllegalStateException("thrown by a test");
        });
    }

    /** An AssertionError or a NoClassDefFoundError of one observer must not silence all others for ever. */
    @Test
    void goesOnAfterAHandlerThatThrowsAnError() {
        assertGoesOnAfter(() -> {
            throw new AssertionError("thrown by a test");
        });
    }

    private void assertGoesOnAfter(Runnable mistake) {
        var waiting = new ArrayDeque<Runnable>();
        var dispatcher = new OrderedDispatcher<String, Integer>(waiting::add, 2, 3, (key, n) -> {
            if (n < 0) {
                mistake.run();
            }
            note(key, n);
        });

        for (var round = 0; round < 10; round++) {
            dispatcher.add("a", -1);
            dispatcher.add("b", -1);
            dispatcher.add("a", round);
            run(waiting);
        }

        assertThat(handled).isEqualTo(Map.of("a", numbers(0, 10)));
        assertThat(dispatcher.isFull()).isFalse();
        QuietLog.expect(ERROR, "work for ", " was not done", "thrown by a test");
    }

    @Test
    void isFullWhenAsManyThingsWaitAsMay() {
        var waiting = new ArrayDeque<Runnable>();
        var dispatcher = new OrderedDispatcher<String, Integer>(waiting::add, 2, 3, this::note);

        dispatcher.add("a", 0);
        dispatcher.add("b", 0);
        assertThat(dispatcher.isFull()).isFalse();
        dispatcher.add("a", 1);
        assertThat(dispatcher.isFull()).isTrue();
        dispatcher.add("a", 2);
        assertThat(dispatcher.isFull()).isTrue();
        run(waiting);

        assertThat(dispatcher.isFull()).isFalse();
        assertThat(countHandled()).isEqualTo(4);
    }

    @Test
    void handlesWhatAFullExecutorRejectedWithALaterOne() {
        var rejecting = new boolean[] {true};
        var waiting = new ArrayDeque<Runnable>();
        var dispatcher = new OrderedDispatcher<String, Integer>(
                work -> {
                    if (rejecting[0]) {
                        throw new RejectedExecutionException("rejected by a test");
                    }
                    waiting.add(work);
                },
                2,
                CAPACITY,
                this::note);
        dispatcher.add("a", 0);
        dispatcher.add("a", 1);
        dispatcher.add("b", 0);
        assertThat(waiting).isEmpty();

        rejecting[0] = false;
        dispatcher.add("a", 2);
        run(waiting);

        assertThat(handled).isEqualTo(Map.of("a", numbers(0, 3), "b", numbers(0, 1)));
        QuietLog.expect(WARNING, "lends no thread", "rejected by a test");
    }

    @Test
    void handlesWhatAnExecutorCouldMakeNoThreadForWithALaterOne() {
        var failing = new boolean[] {true};
        var waiting = new ArrayDeque<Runnable>();
        var dispatcher = new OrderedDispatcher<String, Integer>(
                work -> {
                    if (failing[0]) {
                        throw new Error("unable to create native thread, says a test");
                    }
                    waiting.add(work);
                },
                2,
                CAPACITY,
                this::note);
        dispatcher.add("a", 0);

        failing[0] = false;
        dispatcher.add("a", 1);
        run(waiting);

        assertThat(handled).isEqualTo(Map.of("a", numbers(0, 2)));
        QuietLog.expect(WARNING, "lends no thread", "unable to create native thread");
    }

    @Test
    void handlesWhatWasRefusedWhenTheExecutorLendsThreadsAgainAlthoughNothingMoreIsAdded() {
        var refusals = new AtomicInteger(3);
        var executor = new RetryingExecutor(
                work -> {
                    if (refusals.getAndDecrement() > 0) {
                        throw new RejectedExecutionException("rejected by a test");
                    }
                    threads.execute(work);
                },
                RealTimer.SHARED);
        var dispatcher = new OrderedDispatcher<String, Integer>(executor, 1, CAPACITY, this::note);

        dispatcher.add("a", 0);
        dispatcher.add("b", 0);

        Awaitility.await().until(() -> countHandled() == 2);
        assertThat(dispatcher.finish(Duration.ofSeconds(5))).isTrue();
        QuietLog.expect(WARNING, "lends no thread", "rejected by a test");
    }

    private void note(String key, int thing) {
        note(key, thing, () -> {});
    }

    private void note(String key, int thing, Runnable meanwhile) {
        mostAtWork.accumulateAndGet(atWork.incrementAndGet(), Math::max);
        meanwhile.run();
        var things = handled.computeIfAbsent(key, k -> new ArrayList<>());
        synchronized (things) {
            things.add(thing);
        }
        atWork.decrementAndGet();
    }

    private int countHandled() {
        return handled.values().stream()
                .mapToInt(things -> {
                    synchronized (things) {
                        return things.size();
                    }
                })
                .sum();
    }

    /** An executor that counts the threads it is asked for, one for each call. */
    private Executor counting(AtomicInteger taken) {
        return work -> {
            taken.incrementAndGet();
            threads.execute(work);
        };
    }

    /** Runs what waits for a thread; what it throws ends its thread and nothing else. */
    private static void run(Queue<Runnable> waiting) {
        while (!waiting.isEmpty()) {
            try {
                waiting.remove().run();
            } catch (AssertionError e) {
                assertThat(e).hasMessage("thrown by a test");
            }
        }
    }

    private static List<Integer> numbers(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void keepsAThreadForWhatComesSoonAfter() throws InterruptedException {
        var asked = new AtomicInteger();
        var done = new LinkedBlockingQueue<Thread>();
        var dispatcher = new OrderedDispatcher<String, Integer>(
                work -> {
                    asked.incrementAndGet();
                    threads.execute(work);
                },
                1,
                CAPACITY,
                Duration.ofSeconds(60),
                (key, n) -> done.add(Thread.currentThread()));

        dispatcher.add("a", 1);
        var first = done.take();
        dispatcher.add("b", 2);
        var second = done.take();

        assertThat(second).isSameAs(first);
        assertThat(asked).hasValue(1);
        threads.shutdownNow();
    }

    @Test
    void givesALingeringThreadBackInTheEnd() throws InterruptedException {
        var ended = new CountDownLatch(1);
        var dispatcher = new OrderedDispatcher<String, Integer>(
                work -> threads.execute(() -> {
                    work.run();
                    ended.countDown();
                }),
                1,
                CAPACITY,
                Duration.ofMillis(20),
                this::note);

        dispatcher.add("a", 1);

        assertThat(ended.await(10, SECONDS)).isTrue();
    }
}
