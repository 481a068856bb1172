package dev.herald.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.herald.api.ChannelName;
import dev.herald.api.Connection;
import dev.herald.api.Envelope;
import dev.herald.api.Person;
import dev.herald.hub.ChannelKinds;
import dev.herald.hub.Delivery;
import dev.herald.hub.Devices;
import dev.herald.hub.Hub;
import dev.herald.hub.HubLimits;
import dev.herald.hub.Member;
import dev.herald.hub.MemoryLog;
import dev.herald.hub.Neighbours;
import dev.herald.hub.NodeAnswer;
import dev.herald.hub.NodeCall;
import dev.herald.hub.ObjectJson;
import dev.herald.hub.Subscriber;
import dev.herald.journal.Schema;
import dev.herald.testing.NoObservers;
import dev.herald.testing.PostgresServer;
import dev.herald.testing.RealTimer;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** Two nodes that tell each other who is there, by a real PostgreSQL. */
class RosterIT {

    private static final ChannelName ROOM = new ChannelName("room");

    private static PostgresServer server;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private PGSimpleDataSource database;
    private SomeNode a;
    private SomeNode b;

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
    void begin() throws SQLException {
        database = new PGSimpleDataSource();
        database.setUrl(server.createDatabase());
        database.setUser(PostgresServer.USER);
        Schema.prepare(database, "epoch");
        for (var node : List.of("a", "a2", "b")) {
            execute("INSERT INTO node_lease (id, url, ends_at, protocol, version, started_at)" + " VALUES ('" + node
                    + "', '', now(), 1, '', now())");
        }
        a = new SomeNode("a", () -> b.roster.heard());
        b = new SomeNode("b", () -> a.roster.heard());
    }

    @AfterEach
    void end() {
        a.roster.close();
        b.roster.close();
        threads.shutdownNow();
    }

    private final class SomeNode implements Neighbours {

        final String name;
        final Roster roster;
        final Hub hub;

        SomeNode(String name, Runnable announce) {
            this.name = name;
            roster = new Roster(database, announce, RealTimer.SHARED, threads);
            hub = new Hub(
                    new MemoryLog(name, Clock.systemUTC(), new MemoryLog.Bounds(1_000, 1_000_000, 1_000)),
                    new ChannelKinds(List.of(), List.of()),
                    Devices.NONE,
                    new NoObservers(),
                    ObjectJson.NONE,
                    new HubLimits(10_000, 10, 100),
                    Clock.systemUTC(),
                    this,
                    threads);
            roster.begin(name);
            roster.start(hub.presence());
        }

        @Override
        public void tell(Envelope message) {
            // Only people are told here.
        }

        @Override
        public void listen(ChannelName channel) {
            // Nothing is heard here.
        }

        @Override
        public void ignore(ChannelName channel) {
            // Nothing is heard here.
        }

        @Override
        public void changed(String place, String personId) {
            roster.changed(place, personId);
        }

        @Override
        public void command(String command, List<String> arguments) {
            // Nothing is to be done here.
        }

        @Override
        public CompletionStage<List<NodeAnswer>> call(NodeCall call) {
            return Neighbours.NONE.call(call);
        }

        Member connect(String person, String displayName) {
            var member = hub.connect(
                    new Visitor(new Connection(name + person + System.nanoTime(), new Person(person, displayName))));
            member.join(ROOM);
            return member;
        }

        List<String> people() {
            return hub.presence().people().stream().map(Person::id).sorted().toList();
        }
    }

    private record Visitor(Connection connection) implements Subscriber {

        @Override
        public boolean offer(Delivery delivery) {
            return true;
        }

        @Override
        public void end(boolean transportToo) {
            // Nobody ends it.
        }

        @Override
        public void flush() {
            // It reads at once.
        }

        @Override
        public void fellBehind() {
            // It never does.
        }
    }

    private void meet() {
        a.roster.joined("b");
        b.roster.joined("a");
    }

    @Test
    void whoWasThereBeforeTheNodesMetIsKnownToBoth() {
        a.connect("ann", "Jürgen 名前 😀");
        b.connect("bob", "سلمى");
        meet();
        await().until(() ->
                a.people().equals(List.of("ann", "bob")) && b.people().equals(List.of("ann", "bob")));
        assertThat(b.hub.presence().people()).contains(new Person("ann", "Jürgen 名前 😀"));
        assertThat(b.hub.presence().people(ROOM)).extracting(Person::id).containsExactlyInAnyOrder("ann", "bob");
    }

    @Test
    void whoComesAndGoesIsKnownWithinASecond() {
        meet();
        var ann = a.connect("ann", "Ann");
        var annElsewhere = b.connect("ann", "Ann");
        await().until(() -> b.hub.presence().isOnline("ann") && a.people().equals(List.of("ann")));
        annElsewhere.disconnect("closed");
        ann.disconnect("closed");
        await().until(() -> a.people().isEmpty() && b.people().isEmpty());
    }

    @Test
    void aNodeThatHasLeftHasNobody() throws SQLException {
        meet();
        a.connect("ann", "Ann");
        await().until(() -> b.hub.presence().isOnline("ann"));
        b.roster.left("a");
        assertThat(b.people()).isEmpty();
        await().until(() -> count("a") == 0);
    }

    @Test
    void afterAStormEverybodyCountsTheSame() {
        meet();
        var members = new ArrayList<Member>();
        for (var n = 0; n < 1_000; n++) {
            members.add((n % 2 == 0 ? a : b).connect("p" + n % 700, "P"));
        }
        for (var n = 0; n < 500; n++) {
            members.get(n).disconnect("closed");
        }
        var left = members.stream()
                .skip(500)
                .map(member -> member.connection().person().id())
                .distinct()
                .count();
        await().atMost(Duration.ofSeconds(20))
                .until(() -> a.hub.presence().countPeople() == left
                        && b.hub.presence().countPeople() == left);
        assertThat(a.people()).isEqualTo(b.people());
    }

    @Test
    void aNewLifeBeginsWithEverybodyWhoIsThere() {
        meet();
        a.connect("ann", "Ann");
        await().until(() -> b.hub.presence().isOnline("ann"));
        b.roster.left("a");
        a.roster.begin("a2");
        b.roster.joined("a2");
        await().until(() -> b.hub.presence().isOnline("ann"));
    }

    @Test
    void whoLeftWhileANodeWasAloneIsNotTakenForPresent() throws SQLException {
        meet();
        var ann = a.connect("ann", "Ann");
        a.connect("bob", "Bob");
        await().until(() -> b.people().equals(List.of("ann", "bob")));
        a.roster.left("b");
        ann.disconnect("closed");
        b.roster.begin("b");
        await().until(() -> b.people().contains("ann")); // what A wrote before is still there
        a.roster.joined("b");
        await().until(() -> b.people().equals(List.of("bob")));
    }

    @Test
    void aNodeThatNobodySawLeaveIsForgotten() throws SQLException {
        execute("INSERT INTO attendance (node, place, person, name, round) VALUES ('dead', '/', 'cid', 'Cid', 1)");
        meet();
        a.connect("ann", "Ann");
        await().until(() -> b.people().equals(List.of("ann")) && count("dead") == 0);
    }

    @Test
    void theNodesHaveOneSecret() throws Exception {
        var secrets = List.of(new SharedSecret(database), new SharedSecret(database), new SharedSecret(database));
        for (var loading : secrets.stream()
                .map(one -> threads.submit(() -> {
                    one.load();
                    return one.known().orElseThrow();
                }))
                .toList()) {
            assertThat(loading.get())
                    .hasSizeGreaterThan(31)
                    .isEqualTo(secrets.get(0).known().orElse(loading.get()));
        }
        var elsewhere = new PGSimpleDataSource();
        elsewhere.setUrl(server.createDatabase());
        elsewhere.setUser(PostgresServer.USER);
        Schema.prepare(elsewhere, "epoch");
        var other = new SharedSecret(elsewhere);
        other.load();
        assertThat(secrets.get(0).clusterName())
                .isPresent()
                .isEqualTo(secrets.get(1).clusterName())
                .isNotEqualTo(other.clusterName());
        assertThat(secrets.get(1).known())
                .hasValueSatisfying(
                        it -> assertThat(it).isEqualTo(secrets.get(2).known().orElseThrow()));
    }

    private void execute(String sql) throws SQLException {
        try (var connection = database.getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private long count(String node) throws SQLException {
        try (var connection = database.getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT count(*) FROM attendance WHERE node = '" + node + "'")) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
