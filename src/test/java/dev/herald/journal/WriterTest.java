package dev.herald.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.herald.testing.ErrorLog;
import dev.herald.testing.RealTimer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is written together, and what becomes of what is not. */
class WriterTest {

    private static final Duration LONG = Duration.ofMinutes(5);

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<List<String>> written = new CopyOnWriteArrayList<>();
    private final List<List<String>> failed = new CopyOnWriteArrayList<>();
    private volatile Executor executor = threads;
    private volatile Consumer<List<String>> write = written::add;

    @AfterEach
    void close() {
        threads.shutdownNow();
    }

    private Writer<String> writer(Duration patience) {
        var bounds = new Writer.Bounds(10, 100, 3, 100, patience, Duration.ofSeconds(1));
        return new Writer<>(
                new Threads(task -> executor.execute(task), RealTimer.SHARED),
                bounds,
                String::length,
                one -> write.accept(one),
                failed::add);
    }

    @Test
    void whatAThreadOffersInOneGo() {
        var writer = writer(LONG);

        writer.expectMore();
        writer.offer("a");
        writer.expectMore();
        writer.offer("b");
        assertThat(written).isEmpty();
        writer.expectNoMore();

        await().untilAsserted(() -> assertThat(written).containsExactly(List.of("a", "b")));
    }

    @Test
    void butNothingWaitsLongForWhatDoesNotCome() {
        var writer = writer(Duration.ofMillis(1));

        writer.expectMore();
        writer.offer("a");

        await().untilAsserted(() -> assertThat(written).containsExactly(List.of("a")));
    }

    @Test
    void norWhenThereIsEnough() {
        var writer = writer(LONG);

        writer.expectMore();
        List.of("a", "b", "c").forEach(writer::offer);
        await().untilAsserted(() -> assertThat(written).containsExactly(List.of("a", "b", "c")));

        // What was expected has come late, and holds up nobody.
        writer.offer("d");
        await().untilAsserted(() -> assertThat(written).endsWith(List.of("d")));
        writer.expectNoMore();
    }

    @Test
    void andNothingWaitsForOneThreadWhenAnotherIsDone() throws Exception {
        var writer = writer(LONG);
        writer.expectMore();
        writer.offer("a");

        threads.submit(() -> {
                    writer.expectMore();
                    writer.offer("b");
                    writer.expectNoMore();
                })
                .get();
        assertThat(written).isEmpty();
        writer.expectNoMore();

        await().untilAsserted(() -> assertThat(written).containsExactly(List.of("a", "b")));
    }

    @Test
    void whatWaitsStaysWhenNoThreadIsLentForAMomentAndNothingMoreComes() {
        var refusals = new AtomicInteger();
        executor = task -> {
            if (refusals.incrementAndGet() <= 2) {
                throw new RejectedExecutionException("all threads are busy");
            }
            threads.execute(task);
        };
        try (var warnings = new ErrorLog(Writer.class)) {
            var writer = writer(Duration.ZERO);

            writer.offer("a");
            writer.offer("b");

            await().untilAsserted(() -> assertThat(written).containsExactly(List.of("a", "b")));
            assertThat(failed).isEmpty();
            assertThat(warnings.warnings())
                    .singleElement()
                    .asString()
                    .contains("lends no thread", "all threads are busy");
        }
    }

    @Test
    void whatWaitsStaysWhenThereIsNoMemoryForAThread() {
        var failures = new AtomicInteger();
        executor = task -> {
            if (failures.incrementAndGet() == 1) {
                throw new Error("unable to create native thread");
            }
            threads.execute(task);
        };
        try (var warnings = new ErrorLog(Writer.class)) {
            var writer = writer(Duration.ZERO);

            assertThat(writer.offer("a")).isTrue();

            await().untilAsserted(() -> assertThat(written).containsExactly(List.of("a")));
            assertThat(warnings.warnings()).singleElement().asString().contains("native thread");
        }
    }

    @Test
    void whatHasWaitedTooLongForAThreadFailsOnAnotherThreadThanTheOneThatOffered() {
        executor = task -> {
            throw new RejectedExecutionException("all threads are busy");
        };
        var failedOn = new CompletableFuture<Thread>();
        try (var warnings = new ErrorLog(Writer.class)) {
            var writer = new Writer<String>(
                    new Threads(task -> executor.execute(task), RealTimer.SHARED),
                    new Writer.Bounds(10, 100, 3, 100, Duration.ZERO, Duration.ZERO),
                    String::length,
                    written::add,
                    some -> failedOn.complete(Thread.currentThread()));

            assertThat(writer.offer("a")).isTrue();
            assertThat(failedOn).isNotDone();

            await().atMost(Duration.ofSeconds(5)).until(failedOn::isDone);
            assertThat(failedOn.join()).isNotSameAs(Thread.currentThread());
            assertThat(warnings.warnings()).hasSize(1);
        }
    }

    @Test
    void nothingStaysStuckWhenWhatFollowsAWriteThrowsAnError() {
        write = batch -> {
            written.add(batch);
            if (batch.contains("a")) {
                throw new StackOverflowError("what follows");
            }
        };
        try (var errors = new ErrorLog(Writer.class)) {
            var writer = writer(Duration.ZERO);

            writer.offer("a");
            await().untilAsserted(() -> assertThat(failed).containsExactly(List.of("a")));
            writer.offer("b");

            await().untilAsserted(() -> assertThat(written).containsExactly(List.of("a"), List.of("b")));
            assertThat(errors.lines()).hasSize(1);
        }
    }

    @Test
    void whatWaitsIsWrittenBeforeItCloses() throws Exception {
        var goOn = new CountDownLatch(1);
        write = batch -> {
            awaitUnchecked(goOn);
            written.add(batch);
        };
        var writer = writer(Duration.ZERO);
        writer.offer("a");
        await().until(() -> writer.waiting() == 0);
        writer.offer("b");

        var closing = threads.submit(() -> writer.close(LONG));
        await().until(writer::isClosed);
        assertThat(writer.offer("c")).isFalse();
        assertThat(closing.isDone()).isFalse();
        goOn.countDown();
        closing.get();

        assertThat(written).containsExactly(List.of("a"), List.of("b"));
        assertThat(failed).isEmpty();
    }

    @Test
    void whatCannotBeWrittenBeforeItClosesFails() {
        var goOn = new CountDownLatch(1);
        write = batch -> awaitUnchecked(goOn);
        var writer = writer(Duration.ZERO);
        writer.offer("a");
        await().until(() -> writer.waiting() == 0);
        writer.offer("b");

        writer.close(Duration.ofMillis(1));

        assertThat(failed).containsExactly(List.of("b"));
        goOn.countDown();
    }

    private static void awaitUnchecked(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
