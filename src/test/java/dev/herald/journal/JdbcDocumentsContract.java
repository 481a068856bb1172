package dev.herald.journal;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.herald.document.DocumentsContract;
import dev.herald.hub.Log;
import dev.herald.hub.Snapshots;
import dev.herald.hub.Snapshots.Snapshot;
import dev.herald.testing.RealTimer;
import java.time.Clock;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Documents in a database. */
abstract class JdbcDocumentsContract extends DocumentsContract {

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private HikariDataSource pool;
    private JdbcLog log;

    /** A new and empty database. */
    abstract DatabaseSettings createDatabase() throws Exception;

    @Override
    protected Log createLog() throws Exception {
        pool = ConnectionPool.open(createDatabase());
        Schema.prepare(pool, UUID.randomUUID().toString());
        log = new JdbcLog(
                new DataSources(pool),
                Clock.systemUTC(),
                new Threads(threads, RealTimer.SHARED),
                new JdbcLog.Bounds(10_000, 100_000_000, 1_000, 10_000_000));
        return log;
    }

    @Override
    protected Snapshots createSnapshots() {
        return new JdbcSnapshots(new DataSources(pool));
    }

    @AfterEach
    void closeDatabase() {
        log.close();
        threads.shutdownNow();
        // Who still uses the database would keep its files open.
        Awaitility.await().until(threads::isTerminated);
        pool.close();
    }

    @Test
    void keepsTheLatestSnapshot() {
        var snapshots = createSnapshots();
        assertThat(snapshots.latest("d")).isEmpty();
        var long1 = "{\"a\":\"" + "名".repeat(900_000) + "\"}";
        snapshots.keep("d", new Snapshot(5, long1));
        snapshots.keep("d", new Snapshot(3, "{}"));
        assertThat(snapshots.latest("d")).contains(new Snapshot(5, long1));
        snapshots.keep("d", new Snapshot(6, "{\"سلمى\":\"😀\"}"));
        assertThat(snapshots.latest("d")).contains(new Snapshot(6, "{\"سلمى\":\"😀\"}"));
        assertThat(snapshots.latest("D")).isEmpty();
    }

    @Test
    void keepsTheLatestSnapshotOfManyNodes() {
        var nodes = LongStream.rangeClosed(1, 16)
                .mapToObj(n ->
                        CompletableFuture.runAsync(() -> createSnapshots().keep("d", new Snapshot(n, "" + n)), threads))
                .toList();
        nodes.forEach(CompletableFuture::join);
        assertThat(createSnapshots().latest("d")).contains(new Snapshot(16, "16"));
    }
}
