package dev.herald.journal;

import dev.herald.api.ChannelName;
import dev.herald.api.Person;
import dev.herald.document.Change;
import dev.herald.document.DocumentRules;
import dev.herald.document.DocumentSettings;
import dev.herald.document.Documents;
import dev.herald.hub.ChannelKinds;
import dev.herald.hub.Draft;
import dev.herald.hub.Hub;
import dev.herald.hub.HubLimits;
import dev.herald.testing.NoObservers;
import dev.herald.testing.PostgresServer;
import dev.herald.testing.RealTimer;
import jakarta.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.LongStream;

/**
 * How many changes of documents a second there may be, on one and on a thousand, beside plain publications to as many durable channels;
 * and how long it takes to open a document of many changes. In H2 and in PostgreSQL.
 */
final class DocumentsBenchmark {

    private static final long MEASURED = TimeUnit.SECONDS.toNanos(5);
    private static final int WRITERS = 64;
    private static final int CHANGES = 100_000;
    private static final int OPENINGS = 500;
    private static final Person ANN = new Person("ann", "Ann");
    private static final String JSON = "{\"member\":\"" + "x".repeat(60) + "\"}";

    private final Hub hub;
    private final JdbcLog log;
    private final DataSources database;
    private final java.util.concurrent.ExecutorService threads;

    private DocumentsBenchmark(DataSources database, java.util.concurrent.ExecutorService threads) {
        this.database = database;
        this.threads = threads;
        this.log = new JdbcLog(
                database,
                Clock.systemUTC(),
                new Threads(threads, RealTimer.SHARED),
                new JdbcLog.Bounds(10_000, 64_000_000, 10_000, 64_000_000));
        this.hub = new Hub(
                log,
                new ChannelKinds(List.of(), List.of()),
                new NoObservers(),
                new HubLimits(100, 10, 1_000),
                Clock.systemUTC(),
                threads);
    }

    /**
     * Measures.
     *
     * @param arguments the number of rounds after one to warm up
     */
    public static void main(String... arguments) throws Exception {
        var threads = Executors.newCachedThreadPool();
        var file = Files.createTempDirectory("documents").resolve("h2");
        try (var postgres = PostgresServer.start(false);
                var h2 = ConnectionPool.open(
                        new DatabaseSettings("jdbc:h2:file:" + file + ";WRITE_DELAY=0", "herald", "herald", null, 8));
                var pg = ConnectionPool.open(
                        new DatabaseSettings(postgres.createDatabase(), PostgresServer.USER, "", null, 8))) {
            for (var pool : List.of(h2, pg)) {
                Schema.prepare(pool, UUID.randomUUID().toString());
            }
            var inH2 = new DocumentsBenchmark(new DataSources(h2), threads);
            var inPostgres = new DocumentsBenchmark(new DataSources(pg), threads);
            for (var round = 0; round <= Integer.parseInt(arguments[0]); round++) {
                System.out.println("round " + round);
                inH2.measure("H2");
                inPostgres.measure("PostgreSQL");
            }
            inH2.open("H2");
            inPostgres.open("PostgreSQL");
        } finally {
            threads.shutdown();
        }
    }

    private Documents documents() {
        return new Documents(
                hub,
                log,
                new JdbcSnapshots(database),
                DocumentRules.NONE,
                DocumentSettings.DEFAULT,
                Clock.systemUTC(),
                threads);
    }

    private void measure(String name) throws Exception {
        var documents = documents();
        var merge = Change.of(
                "merge", Json.createReader(new java.io.StringReader(JSON)).readValue());
        for (var many : new int[] {1, 1_000}) {
            load(name + ", messages to " + many, n -> {
                var channel = new ChannelName("plain-" + n % many);
                return hub.publish(new Draft(
                        channel, "said", ANN, null, JSON, UUID.randomUUID().toString()));
            });
            load(
                    name + ", changes of " + many,
                    n -> documents.change(
                            "d" + n % many, ANN, null, UUID.randomUUID().toString(), merge));
        }
        documents.close();
    }

    /** So many writers, each of which waits for the answer before it goes on. */
    private void load(String what, IntFunction<CompletionStage<?>> write) throws Exception {
        var end = System.nanoTime() + MEASURED;
        var done = new CountDownLatch(WRITERS);
        var took = new LongStream.Builder[WRITERS];
        for (var writer = 0; writer < WRITERS; writer++) {
            var number = writer;
            var times = LongStream.builder();
            took[writer] = times;
            threads.execute(() -> {
                for (var n = number; System.nanoTime() < end; n += WRITERS) {
                    var begin = System.nanoTime();
                    write.apply(n).toCompletableFuture().join();
                    times.add(System.nanoTime() - begin);
                }
                done.countDown();
            });
        }
        done.await();
        var all = Arrays.stream(took)
                .flatMapToLong(LongStream.Builder::build)
                .sorted()
                .toArray();
        System.out.printf(
                "%s: %d a second, p50 %.1f ms, p99 %.1f ms%n",
                what,
                all.length * TimeUnit.SECONDS.toNanos(1) / MEASURED,
                all[all.length / 2] / 1e6,
                all[all.length * 99 / 100] / 1e6);
    }

    /** Each opening is that of a node that has nothing of the document in memory. */
    private void open(String name) throws IOException {
        var writing = documents();
        for (var n = 1; n <= CHANGES; n++) {
            var stage = writing.change(
                    "old",
                    ANN,
                    null,
                    null,
                    Change.of(
                            "merge",
                            Json.createObjectBuilder().add("m" + n % 50, n).build()));
            if (n % 1_000 == 0 || n == CHANGES) {
                stage.toCompletableFuture().join();
            }
        }
        for (var n = 1; n <= 50; n++) {
            writing.change(
                            "new",
                            ANN,
                            null,
                            null,
                            Change.of(
                                    "merge",
                                    Json.createObjectBuilder().add("m" + n, n).build()))
                    .toCompletableFuture()
                    .join();
        }
        for (var round = 0; round < 3; round++) {
            for (var document : List.of("new", "old")) {
                var begin = System.nanoTime();
                for (var n = 0; n < OPENINGS; n++) {
                    documents().read(document).toCompletableFuture().join();
                }
                System.out.printf(
                        "%s: opening the %s document takes %.2f ms%n",
                        name, document, (System.nanoTime() - begin) / 1e6 / OPENINGS);
            }
        }
    }
}
