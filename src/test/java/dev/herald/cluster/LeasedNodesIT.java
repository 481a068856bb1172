package dev.herald.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.herald.journal.Schema;
import dev.herald.testing.FakeTimer;
import dev.herald.testing.PostgresServer;
import dev.herald.testing.RealTimer;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** Nodes by their leases in a real PostgreSQL. */
class LeasedNodesIT {

    private static PostgresServer server;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<OneNode> nodes = new ArrayList<>();
    private PGSimpleDataSource database;

    /** A node whose time passes when the test says so; the test's thread does all of its work. */
    private final class OneNode {

        final FakeTimer timer = new FakeTimer();
        final NodesDiary diary = new NodesDiary();
        final LeasedNodes nodes;
        long now;

        OneNode(int protocol) {
            var table = new LeaseTable(database, new Nodes.Self("http://*:8080/herald", "1.0"), protocol);
            nodes = new LeasedNodes(table, () -> now, Runnable::run, timer.asExecutor());
            LeasedNodesIT.this.nodes.add(this);
        }

        OneNode() {
            this(LeaseTable.PROTOCOL);
        }

        OneNode start() {
            nodes.start(diary);
            return this;
        }

        void renew() {
            now += LeasedNodes.RENEWAL.toNanos();
            timer.tick();
        }

        String id() {
            return nodes.me();
        }
    }

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
        database.setSocketTimeout(3);
        database.setConnectTimeout(3);
        Schema.prepare(database, "epoch");
    }

    @AfterEach
    void closeAll() {
        nodes.forEach(one -> one.nodes.close());
        threads.shutdownNow();
    }

    /** The database's time passes for one node. */
    private void endLease(OneNode node) throws SQLException {
        execute("UPDATE node_lease SET ends_at = now() - interval '1 millisecond' WHERE id = '" + node.id() + "'");
    }

    private void execute(String sql) throws SQLException {
        try (var connection = database.getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private int countRows() throws SQLException {
        try (var connection = database.getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT count(*) FROM node_lease")) {
            rows.next();
            return rows.getInt(1);
        }
    }

    @Test
    void threeNodesKnowEachOther() {
        var ann = new OneNode().start();
        var bob = new OneNode().start();
        var eve = new OneNode().start();
        nodes.forEach(OneNode::renew);
        nodes.forEach(OneNode::renew);

        assertThat(ann.diary.lines()).containsExactly("alive " + ann.id(), "joined " + bob.id(), "joined " + eve.id());
        assertThat(bob.diary.lines()).containsExactly("alive " + bob.id(), "joined " + ann.id(), "joined " + eve.id());
        assertThat(eve.diary.lines()).hasSize(3).startsWith("alive " + eve.id());
        assertThat(ann.nodes.other(bob.id())).hasValueSatisfying(node -> {
            assertThat(node.url()).hasToString("http://127.0.0.1:8080/herald");
            assertThat(node.version()).isEqualTo("1.0");
        });
    }

    @Test
    void knowsWhoHasLeftFromWhoIsDead() throws SQLException {
        var ann = new OneNode().start();
        var bob = new OneNode().start();
        var eve = new OneNode().start();
        ann.renew();

        bob.nodes.close();
        endLease(eve);
        ann.renew();
        ann.renew();

        assertThat(ann.diary.lines().subList(3, 5)).containsExactlyInAnyOrder("left " + bob.id(), "died " + eve.id());
        assertThat(ann.diary.lines()).hasSize(5);
        assertThat(ann.nodes.others()).isEmpty();
    }

    @Test
    void aNodeWhoseLeaseIsOverBeginsANewLife() throws SQLException {
        var ann = new OneNode().start();
        var bob = new OneNode().start();
        ann.renew();
        var first = bob.id();
        endLease(bob);

        bob.renew();
        bob.renew();
        ann.renew();
        assertThat(bob.diary.lines()).containsExactly("alive " + first, "joined " + ann.id(), "over " + first);
        var second = bob.nodes.beginAnew();
        ann.renew();

        assertThat(bob.diary.lines()).endsWith("over " + first, "alive " + second);
        assertThat(ann.diary.lines())
                .containsExactly("alive " + ann.id(), "joined " + first, "died " + first, "joined " + second);
    }

    @Test
    void anOldLifeEndsForTheOthersBeforeTheNewOneBegins() {
        var ann = new OneNode().start();
        var bob = new OneNode().start();
        ann.renew();
        var first = bob.id();
        // By its own clock only: in the database the lease goes on.
        bob.now += LeaseTable.LEASE.toNanos();
        bob.timer.tick();

        var second = bob.nodes.beginAnew();
        ann.renew();

        assertThat(ann.nodes.others()).extracting(Nodes.Node::id).containsExactly(second);
        assertThat(ann.diary.lines()).contains("died " + first, "joined " + second);
    }

    @Test
    void leasesLastTenSecondsByTheDatabasesClock() throws SQLException {
        var ann = new OneNode().start();

        for (var when : List.of("after joining", "after a renewal")) {
            try (var connection = database.getConnection();
                    var statement = connection.createStatement();
                    var rows = statement.executeQuery("SELECT extract(epoch FROM ends_at - now()) FROM node_lease")) {
                rows.next();
                assertThat(rows.getDouble(1)).as(when).isBetween(5.0, 10.0);
            }
            ann.renew();
        }
    }

    private List<String> housekeepers() {
        return nodes.stream()
                .filter(one -> one.nodes.isHousekeeper())
                .map(OneNode::id)
                .toList();
    }

    @Test
    void theOneThatLivesLongestKeepsHouseForAll() throws SQLException {
        var ann = new OneNode().start();
        var bob = new OneNode().start();
        var eve = new OneNode().start();
        nodes.forEach(OneNode::renew);
        assertThat(housekeepers()).containsExactly(ann.id());

        endLease(ann);
        bob.renew();
        eve.renew();
        ann.renew();
        assertThat(housekeepers()).as("the eldest is dead").containsExactly(bob.id());

        ann.nodes.beginAnew();
        nodes.forEach(OneNode::renew);
        assertThat(housekeepers()).as("it comes back as the youngest").containsExactly(bob.id());

        bob.nodes.close();
        ann.renew();
        eve.renew();
        assertThat(housekeepers()).as("the next one has left").containsExactly(eve.id());
    }

    @Test
    void nodesThatSpeakInDifferentWaysWaitForEachOther() {
        var old = new OneNode().start();
        var fresh = new OneNode(LeaseTable.PROTOCOL + 1).start();
        fresh.renew();
        assertThat(fresh.nodes.isAlive()).isFalse();
        assertThat(fresh.diary.lines()).isEmpty();

        old.nodes.close();
        fresh.renew();

        assertThat(fresh.nodes.isAlive()).isTrue();
    }

    @Test
    void ofManyThatStartAtOnceOnlyThoseOfOneKindLive() throws InterruptedException {
        var kinds = IntStream.range(0, 8).mapToObj(n -> new OneNode(1 + n % 2)).toList();
        kinds.forEach(node -> threads.execute(node::start));
        threads.shutdown();
        assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();

        var living = new HashSet<Integer>();
        IntStream.range(0, 8).filter(n -> kinds.get(n).nodes.isAlive()).forEach(n -> living.add(n % 2));
        assertThat(living).hasSize(1);
        assertThat(kinds.stream().filter(node -> node.nodes.isAlive())).hasSize(4);
    }

    @Test
    void forgetsWhoIsDeadForLong() throws SQLException {
        var ann = new OneNode().start();
        var bob = new OneNode().start();
        execute("UPDATE node_lease SET ends_at = now() - interval '61 seconds' WHERE id = '" + bob.id() + "'");
        assertThat(countRows()).isEqualTo(2);

        ann.renew();

        assertThat(countRows()).isEqualTo(1);
    }

    @Test
    void isOverInTimeWhenTheDatabaseHoldsStill() throws Exception {
        var diary = new NodesDiary();
        var node = Nodes.sharing(database, new Nodes.Self("http://*:8080/herald", "1.0"), threads, RealTimer.SHARED);
        node.start(diary);
        var first = node.me();
        diary.awaitLine("alive " + first);

        var began = System.nanoTime();
        server.freeze();
        try {
            await().atMost(Duration.ofSeconds(20)).until(() -> !node.isAlive());
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(LeaseTable.LEASE.plusSeconds(1));
            diary.awaitLine("over " + first);
        } finally {
            server.thaw();
        }
        var second = node.beginAnew();
        diary.awaitLine("alive " + second);

        assertThat(diary.lines()).containsExactly("alive " + first, "over " + first, "alive " + second);
        node.close();
    }
}
