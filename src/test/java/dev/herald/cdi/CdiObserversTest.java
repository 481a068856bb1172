package dev.herald.cdi;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.Answer;
import dev.herald.api.Connection;
import dev.herald.api.HeraldEvent;
import dev.herald.api.Person;
import dev.herald.api.Received;
import dev.herald.testing.ErrorLog;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class CdiObserversTest {

    private static final int DEFAULT_THREADS = 64;

    private final ObserverCatalogue catalogue = new ObserverCatalogue();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CdiObservers observers =
            new CdiObservers(threads, DEFAULT_THREADS, 10_000, catalogue, new NoRequestContext());
    private final List<String> seen = new CopyOnWriteArrayList<>();

    @AfterEach
    void stopThreads() {
        threads.shutdownNow();
    }

    private void observe(Consumer<HeraldEvent> body) {
        FakeObserver.of(HeraldEvent.class, event -> body.accept((HeraldEvent) event))
                .foundBy(catalogue);
    }

    private static Received received(String connection, String event) {
        return new Received(
                new Connection(connection, new Person("ann", "Ann")), event, null, null, "1", null, Answer.NONE);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void observersThatWaitAreCalledForManyConnectionsSideBySide() {
        var inside = new CountDownLatch(DEFAULT_THREADS);
        observe(event -> {
            inside.countDown();
            await(inside);
            seen.add("all are inside");
        });

        for (var n = 0; n < DEFAULT_THREADS; n++) {
            observers.tell(received("connection-" + n, "slow"));
        }

        Awaitility.await().until(() -> seen.size() == DEFAULT_THREADS);
    }

    @Test
    void anObserverThatThrowsAnythingIsLoggedAndKeepsNothingFromTheOthers() {
        var failures = List.of(
                new IllegalStateException("a"),
                new NoClassDefFoundError("b"),
                new OutOfMemoryError("c"),
                new AssertionError("d"));
        for (var failure : failures) {
            observe(event -> {
                if (failure instanceof Error error) {
                    throw error;
                }
                throw (RuntimeException) failure;
            });
        }
        observe(event -> seen.add("called"));

        try (var errors = new ErrorLog(CdiObservers.class)) {
            observers.tell(received("one", "a"));
            observers.tell(received("one", "b"));

            Awaitility.await().until(() -> seen.size() == 2);
            assertThat(errors.lines())
                    .hasSameSizeAs(failures)
                    .allMatch(line -> line.contains(FakeObserver.class.getName()));
        }
    }

    @Test
    void goingDownWaitsForObserversOfWhatHasHappenedAndCallsNoneAfterwards() {
        var go = new CountDownLatch(1);
        observe(event -> {
            await(go);
            seen.add(((Received) event).event());
        });
        observers.tell(received("one", "before"));

        threads.execute(go::countDown);
        observers.close();
        observers.tell(received("one", "after"));
        observers.close();

        assertThat(seen).containsExactly("before");
    }

    @Test
    void goingDownSaysSoWhenAnObserverTakesTooLong() {
        var go = new CountDownLatch(1);
        observe(event -> await(go));
        observers.tell(received("one", "slow"));

        try (var log = new ErrorLog(CdiObservers.class)) {
            observers.close();
            go.countDown();

            assertThat(log.lines()).isEmpty();
            assertThat(log.warnings()).hasSize(1).allMatch(line -> line.contains("observers"));
        }
    }
}
