package dev.herald.concurrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SerialLoopTest {

    private final SerialLoop loop = new SerialLoop();
    private final List<String> runs = new ArrayList<>();

    @Test
    void runsTheWorkOnTheCallingThread() {
        loop.run(() -> runs.add(Thread.currentThread().getName()));

        assertThat(runs).containsExactly(Thread.currentThread().getName());
    }

    @Test
    void runsTheWorkOnceMoreForAllCallsFromWithin() {
        var run = new AtomicInteger();

        loop.run(new Runnable() {
            @Override
            public void run() {
                if (run.incrementAndGet() == 1) {
                    loop.run(this);
                    loop.run(this);
                }
            }
        });

        assertThat(run).hasValue(2);
    }

    @Test
    void neverRunsOnTwoThreadsAndNeverMissesTheLastCall() throws InterruptedException {
        var running = new AtomicInteger();
        var most = new AtomicInteger();
        var asked = new AtomicInteger();
        var seen = new AtomicInteger();
        var go = new CountDownLatch(1);
        Runnable work = () -> {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            seen.set(asked.get());
            running.decrementAndGet();
        };
        var threads = IntStream.range(0, 4)
                .mapToObj(t -> new Thread(() -> {
                    await(go);
                    for (var n = 0; n < 5_000; n++) {
                        asked.incrementAndGet();
                        loop.run(work);
                    }
                }))
                .toList();
        threads.forEach(Thread::start);
        go.countDown();
        for (var thread : threads) {
            thread.join();
        }

        assertThat(most).hasValue(1);
        assertThat(seen).hasValue(20_000);
    }

    @Test
    void goesOnAfterAnExceptionAndAfterAnError() {
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> loop.run(() -> {
                    throw new IllegalStateException("planted");
                }));
        assertThatExceptionOfType(StackOverflowError.class)
                .isThrownBy(() -> loop.run(() -> {
                    throw new StackOverflowError("planted");
                }));

        loop.run(() -> runs.add("run"));

        assertThat(runs).containsExactly("run");
    }

    @Test
    void servesTheCallsThatCameMeanwhileBeforeItThrows() {
        assertThatExceptionOfType(StackOverflowError.class)
                .isThrownBy(() -> loop.run(() -> {
                    runs.add("run");
                    if (runs.size() == 1) {
                        loop.run(() -> {});
                        throw new StackOverflowError("planted");
                    }
                }));

        assertThat(runs).hasSize(2);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
