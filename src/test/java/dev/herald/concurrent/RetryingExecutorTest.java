package dev.herald.concurrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.herald.testing.ErrorLog;
import dev.herald.testing.RealTimer;
import dev.herald.testing.SuspendedTimer;
import java.util.ArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class RetryingExecutorTest {

    @Test
    void runsRefusedWorkOnceWhenTheExecutorLendsAThreadAgain() throws InterruptedException {
        var refusals = new AtomicInteger(3);
        var done = new LinkedBlockingQueue<String>();
        var executor = new RetryingExecutor(
                work -> {
                    if (refusals.getAndDecrement() > 0) {
                        throw new RejectedExecutionException("the queue is full");
                    }
                    work.run();
                },
                RealTimer.SHARED);

        try (var log = new ErrorLog(RetryingExecutor.class)) {
            executor.execute(() -> done.add("work"));

            assertThat(done.poll(10, TimeUnit.SECONDS)).isEqualTo("work");
            assertThat(refusals).hasValue(-1);
            assertThat(log.warnings())
                    .singleElement()
                    .asString()
                    .contains("lends no thread", "asked for again every 50 ms", "more threads", "the queue is full");
        }
    }

    @Test
    void runsRefusedWorkWhenAContainerThatWasSuspendedIsResumed() throws InterruptedException {
        var timer = new SuspendedTimer(RealTimer.SHARED);
        var done = new LinkedBlockingQueue<String>();
        var executor = new RetryingExecutor(
                work -> {
                    if (timer.isSuspended()) {
                        throw new RejectedExecutionException("the container is suspended");
                    }
                    work.run();
                },
                timer.asExecutor());
        timer.suspend();

        try (var log = new ErrorLog(RetryingExecutor.class)) {
            executor.execute(() -> done.add("work"));
            await().until(() -> timer.dropped() > 0);
            timer.resume();

            assertThat(done.poll(10, TimeUnit.SECONDS)).isEqualTo("work");
            assertThat(log.warnings()).hasSize(1);
        }
    }

    @Test
    void passesTheRefusalOnWhenTheTimerTakesNothingEither() {
        var timer = Executors.newSingleThreadScheduledExecutor();
        timer.shutdownNow();
        var ran = new ArrayList<String>();
        var executor = new RetryingExecutor(
                work -> {
                    throw new RejectedExecutionException("the container goes down");
                },
                timer);

        try (var log = new ErrorLog(RetryingExecutor.class)) {
            assertThatExceptionOfType(RejectedExecutionException.class)
                    .isThrownBy(() -> executor.execute(() -> ran.add("work")))
                    .withMessage("the container goes down");
            assertThat(ran).isEmpty();
            assertThat(log.warnings()).hasSize(1);
        }
    }
}
