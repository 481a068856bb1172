package dev.herald.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.herald.api.ChannelName;
import dev.herald.api.Connection;
import dev.herald.api.Person;
import dev.herald.hub.Bus;
import dev.herald.hub.ChannelKinds;
import dev.herald.hub.Devices;
import dev.herald.hub.Draft;
import dev.herald.hub.Hub;
import dev.herald.hub.HubLimits;
import dev.herald.hub.ObjectJson;
import dev.herald.journal.DataSources;
import dev.herald.journal.JdbcLog;
import dev.herald.journal.Schema;
import dev.herald.journal.Threads;
import dev.herald.request.Logins;
import dev.herald.testing.ErrorLog;
import dev.herald.testing.FakeSubscriber;
import dev.herald.testing.NoObservers;
import dev.herald.testing.PgBouncer;
import dev.herald.testing.PostgresServer;
import dev.herald.testing.RealTimer;
import java.io.IOException;
import java.nio.file.Path;
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
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

/** Two whole nodes without their servers, on a real PostgreSQL. */
class DatabaseClusterIT {

    private static PostgresServer server;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private String url;
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
        url = server.createDatabase();
        database = new PGSimpleDataSource();
        database.setUrl(url);
        database.setUser(PostgresServer.USER);
        Schema.prepare(database, "epoch");
    }

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    /** A bus that loses everything, and does not know it. */
    private static final class LosingBus implements Bus {

        @Override
        public void start(Listener listener) {
            listener.hearing();
        }

        @Override
        public void tell(String topic, String text) {
            // It is lost.
        }

        @Override
        public void listen(String topic) {
            // Nothing is heard.
        }

        @Override
        public void ignore(String topic) {
            // Nothing is heard.
        }

        @Override
        public int maxBytes() {
            return 7_000;
        }

        @Override
        public State state() {
            return new State(true, 0, 0, 0, 0);
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    private final class OneNode implements AutoCloseable {

        final DatabaseCluster cluster;
        final JdbcLog log;
        final Hub hub;
        final Logins logins;

        OneNode(Bus bus) {
            this(bus, new SharedSecret(database));
        }

        OneNode(Bus bus, SharedSecret secret) {
            log = new JdbcLog(
                    new DataSources(database),
                    Clock.systemUTC(),
                    new Threads(threads, RealTimer.SHARED),
                    new JdbcLog.Bounds(10_000, 100_000_000, 1_000, 10_000_000));
            cluster = new DatabaseCluster(
                    Nodes.sharing(database, new Nodes.Self("http://*:8080", "1"), threads, RealTimer.SHARED),
                    bus,
                    secret,
                    channel -> true,
                    database,
                    RealTimer.SHARED,
                    threads);
            hub = new Hub(
                    log,
                    new ChannelKinds(List.of(), List.of()),
                    Devices.NONE,
                    new NoObservers(),
                    ObjectJson.NONE,
                    new HubLimits(100, 10, 100),
                    Clock.systemUTC(),
                    cluster.neighbours(),
                    threads);
            logins = new Logins(hub, Clock.systemUTC(), threads);
            cluster.start(hub);
        }

        FakeSubscriber connect(String person) {
            var subscriber = new FakeSubscriber(new Connection(person + "-1", new Person(person, person)));
            hub.connect(subscriber).waiting().forEach(one -> one.start(started -> true));
            return subscriber;
        }

        void publish(String json) {
            hub.publish(new Draft(ChannelName.NEWS, "news", new Person("ann", "Ann"), null, json, null))
                    .toCompletableFuture()
                    .join();
        }

        boolean knowsAnother() {
            return !cluster.nodes().others().isEmpty();
        }

        @Override
        public void close() {
            cluster.close();
            log.close();
        }
    }

    private Bus bus(String address) {
        return Buses.postgres(
                address,
                PostgresServer.USER,
                "",
                () -> Optional.of(new ClusterName("test")),
                threads,
                RealTimer.SHARED);
    }

    @Test
    void whatTheBusLosesOfWhatNodesWantDoneIsDoneAllTheSameAndOnce() {
        try (var here = new OneNode(new LosingBus());
                var there = new OneNode(new LosingBus())) {
            await().until(() -> here.knowsAnother() && there.knowsAnother());
            var signedOut = there.connect("Jürgen 😀");
            var other = there.connect("other");
            var waves = new AtomicInteger();
            there.hub.remote().on("wave", to -> waves.incrementAndGet());

            here.cluster.neighbours().command("wave", List.of("all"));
            here.logins.signOut("Jürgen 😀", "signed out");

            await().atMost(Duration.ofSeconds(5)).until(() -> !signedOut.ends.isEmpty());
            assertThat(signedOut.ends).containsExactly("unauthorized");
            // By then the first command was read several times.
            here.cluster.neighbours().command("wave", List.of("last"));
            await().until(() -> waves.get() >= 2);
            assertThat(waves).hasValue(2);
            assertThat(other.ends).isEmpty();
        }
    }

    @Test
    void theSecretIsReadSoonAfterTheDatabaseHasFailed() {
        @SuppressWarnings("serial") // never serialised
        var unsure = new PGSimpleDataSource() {

            final AtomicInteger calls = new AtomicInteger();

            @Override
            public java.sql.Connection getConnection() throws SQLException {
                if (calls.incrementAndGet() <= 2) {
                    throw new SQLException("planted");
                }
                return database.getConnection();
            }
        };
        try (var log = new ErrorLog(DatabaseCluster.class);
                var node = new OneNode(new LosingBus(), new SharedSecret(unsure))) {
            await().atMost(Duration.ofSeconds(8))
                    .until(() -> node.cluster.secret().isPresent());
            assertThat(log.warnings()).singleElement().asString().contains("secret cannot be read", "planted");
        }
    }

    @Test
    void behindAPoolerThatPassesNothingOnMessagesAreLookedForInTheLog(@TempDir Path directory) throws IOException {
        try (var pooler = PgBouncer.before(url, directory);
                var lines = new ErrorLog(Hearing.class);
                var here = new OneNode(bus(pooler.by(url)));
                var there = new OneNode(bus(pooler.by(url)))) {
            await().until(() -> here.knowsAnother() && there.knowsAnother());
            var reader = there.connect("bob");

            here.publish("1");

            await().atMost(Duration.ofSeconds(2)).until(() -> reader.heard.size() == 1);
            await().atMost(Duration.ofSeconds(20)).until(() -> lines.warnings().size() == 2);
            here.publish("2");
            await().atMost(Duration.ofSeconds(2)).until(() -> reader.heard.size() == 2);
            assertThat(lines.warnings())
                    .as("one line of each node")
                    .hasSize(2)
                    .allMatch(line -> line.contains("other nodes are not heard by PostgreSQL at")
                            && line.contains("name the server itself"));
            assertThat(there.cluster.bus())
                    .hasValueSatisfying(bus -> assertThat(bus.hearing()).isFalse());
        }
    }

    @Test
    void behindAPoolerAllIsWellWhenTheBusHasTheServersOwnAddress(@TempDir Path directory) throws IOException {
        try (var pooler = PgBouncer.before(url, directory)) {
            var direct = database;
            database = new PGSimpleDataSource();
            database.setUrl(pooler.by(url));
            database.setUser(PostgresServer.USER);
            database.setPrepareThreshold(0);
            try (var here = new OneNode(bus(direct.getUrl()));
                    var there = new OneNode(bus(direct.getUrl()))) {
                await().until(() -> here.knowsAnother() && there.knowsAnother());
                await().until(() -> there.cluster.bus().orElseThrow().hearing());
                var reader = there.connect("bob");
                var before = there.cluster.bus().orElseThrow().heard();

                here.publish("1");

                await().until(() -> reader.heard.size() == 1);
                await().until(() -> there.cluster.bus().orElseThrow().heard() > before);
            }
        }
    }
}
