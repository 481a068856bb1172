package dev.herald.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is written together. */
class WriterTest {

    private static final Duration LONG = Duration.ofMinutes(5);

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<List<String>> written = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        threads.shutdownNow();
    }

    private Writer<String> writer(Duration patience) {
        var bounds = new Writer.Bounds(10, 100, 3, 100, patience, Duration.ofSeconds(1));
        return new Writer<>(threads, bounds, String::length, written::add, failed -> {});
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
}
