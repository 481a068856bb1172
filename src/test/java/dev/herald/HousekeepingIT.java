package dev.herald;

import static java.lang.System.Logger.Level.WARNING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.herald.api.ChannelName;
import dev.herald.api.Person;
import dev.herald.cluster.Nodes;
import dev.herald.hub.Draft;
import dev.herald.journal.DataSources;
import dev.herald.journal.Housekeeping;
import dev.herald.journal.JdbcLog;
import dev.herald.journal.LogDatabase;
import dev.herald.journal.Retention;
import dev.herald.journal.RetentionRule;
import dev.herald.journal.Schema;
import dev.herald.journal.Threads;
import dev.herald.testing.ErrorLog;
import dev.herald.testing.PostgresServer;
import dev.herald.testing.QuietLog;
import dev.herald.testing.RealTimer;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** What is done once for all nodes with one real PostgreSQL. */
class HousekeepingIT {

    private static final ChannelName NEWS = ChannelName.NEWS;

    private static PostgresServer server;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private PGSimpleDataSource database;

    @BeforeAll
    static void startServer() {
        server = PostgresServer.start(false);
    }

    @AfterAll
    static void stopServer() throws IOException {
        if (server != null) {
            server.close();
        }
    }

    @BeforeEach
    void createDatabase() throws SQLException {
        database = new PGSimpleDataSource();
        database.setUrl(server.createDatabase());
        database.setUser(PostgresServer.USER);
    }

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    /** A node that trims each 50 ms, if it is the one that does. */
    private final class OneNode implements Nodes.Listener, AutoCloseable {

        final AtomicInteger sweeps = new AtomicInteger();
        final Nodes nodes = Nodes.sharing(database, new Nodes.Self("http://*:8080", "1"), threads, RealTimer.SHARED);
        final JdbcLog log;
        final Retention retention;

        OneNode() {
            var parts = new Threads(threads, RealTimer.SHARED);
            log = new JdbcLog(
                    new DataSources(database),
                    Clock.systemUTC(),
                    parts,
                    new JdbcLog.Bounds(10_000, 100_000_000, 1_000, 10_000_000));
            @SuppressWarnings("serial") // never serialised
            var counted = new PGSimpleDataSource() {
                @Override
                public Connection getConnection() throws SQLException {
                    sweeps.incrementAndGet();
                    return database.getConnection();
                }
            };
            retention = new Retention(
                    log,
                    counted,
                    new Retention.Rules(List.of(RetentionRule.of("news=4")), Duration.ofMillis(50)),
                    new Housekeeping(true, nodes::isHousekeeper),
                    Clock.systemUTC(),
                    RealTimer.SHARED,
                    threads);
            nodes.start(this);
            await().until(nodes::isAlive);
            retention.open();
        }

        void publish(int count) {
            for (var n = 0; n < count; n++) {
                log.append(new Draft(NEWS, "news", new Person("ann", "Ann"), null, "1", null))
                        .toCompletableFuture()
                        .join();
            }
        }

        @Override
        public void alive(String me) {
            // The test asks.
        }

        @Override
        public void joined(Nodes.Node node) {
            // The test asks.
        }

        @Override
        public void left(Nodes.Node node, boolean orderly) {
            // The test asks.
        }

        @Override
        public void over(String me, boolean heldStill) {
            // It was killed: it begins no new life.
        }

        @Override
        public void close() {
            retention.close();
            nodes.close();
            log.close();
        }
    }

    private long number(String question) throws SQLException {
        try (var connection = database.getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(question)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private void kill(OneNode node) throws SQLException {
        try (var connection = database.getConnection();
                var statement = connection.createStatement()) {
            statement.execute("UPDATE node_lease SET ends_at = now() WHERE id = '" + node.nodes.me() + "'");
        }
    }

    @Test
    void oneNodeTrimsTheLogForAllAndAnotherOneTakesOverWhenItIsDead() throws SQLException {
        Schema.prepare(database, "epoch");
        QuietLog.expect(WARNING, "the lease of this node", "is over");
        try (var first = new OneNode();
                var second = new OneNode()) {
            second.publish(10);
            await().until(() -> number("SELECT count(*) FROM message") == 4);
            assertThat(first.sweeps).hasPositiveValue();
            assertThat(second.sweeps).hasValue(0);

            kill(first);
            await().until(second.nodes::isHousekeeper);
            await().until(() -> !first.nodes.isHousekeeper());
            var before = first.sweeps.get();
            second.publish(10);
            await().until(() -> number("SELECT count(*) FROM message") == 4);

            assertThat(second.sweeps).hasPositiveValue();
            assertThat(first.sweeps.get() - before).as("at most what it was at").isLessThanOrEqualTo(3);
        }
    }

    @Test
    void ofNodesThatStartOnARestoredBackupOneGivesTheLogANewEpoch() throws SQLException {
        Schema.prepare(database, "first");
        var nodes = List.of("second", "third", "fourth", "fifth").stream()
                .map(epoch -> new LogDatabase(
                        database,
                        "PostgreSQL",
                        10,
                        new LogDatabase.Opening(false, epoch, Optional.of("monday")),
                        new Threads(threads, RealTimer.SHARED)))
                .toList();
        try (var log = new ErrorLog(LogDatabase.class)) {
            nodes.forEach(node -> threads.execute(node::open));
            await().until(() -> nodes.stream().allMatch(LogDatabase::isOpen));
            assertThat(log.warnings().stream().filter(line -> line.contains("taken for the backup \"monday\"")))
                    .hasSize(1);
        }

        assertThat(number("SELECT count(*) FROM journal WHERE restored = 'monday' AND epoch <> 'first'"))
                .isOne();
        nodes.forEach(LogDatabase::close);
    }
}
