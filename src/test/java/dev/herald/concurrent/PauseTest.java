package dev.herald.concurrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.herald.testing.SuspendedTimer;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class PauseTest {

    private static final Duration SHORT = Duration.ofMillis(10);

    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
    private final AtomicInteger done = new AtomicInteger();

    @AfterEach
    void stop() {
        timer.shutdownNow();
    }

    @Test
    void isFollowedByTheWorkOnceAndNothingIsLeftInTheTimer() {
        Pause.then(timer, SHORT, done::incrementAndGet);
        Pause.then(timer, Duration.ZERO.plusNanos(1), done::incrementAndGet);

        await().until(() -> done.get() == 2);
        await().until(() -> timer.getQueue().isEmpty());
        await().until(() -> timer.getActiveCount() == 0);
        assertThat(done).hasValue(2);
    }

    @Test
    void isFollowedByTheWorkWhenAContainerThatWasSuspendedIsResumed() {
        var suspended = new SuspendedTimer(timer);
        suspended.suspend();
        Pause.then(suspended.asExecutor(), SHORT, done::incrementAndGet);
        await().until(() -> suspended.dropped() > 1);
        assertThat(done).hasValue(0);

        suspended.resume();

        await().until(() -> done.get() == 1);
        await().until(() -> timer.getQueue().isEmpty());
    }

    @Test
    void passesOnThatTheTimerTakesNothing() {
        timer.shutdownNow();

        assertThatExceptionOfType(RejectedExecutionException.class)
                .isThrownBy(() -> Pause.then(timer, SHORT, done::incrementAndGet));
    }
}
