package dev.herald.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.Answer;
import dev.herald.api.Attributes;
import dev.herald.api.Connection;
import dev.herald.api.ConnectionState;
import dev.herald.api.Envelope;
import dev.herald.api.Handshake;
import dev.herald.api.Herald;
import dev.herald.api.Person;
import dev.herald.api.PersonPrincipal;
import dev.herald.hub.ChannelKinds;
import dev.herald.hub.Hub;
import dev.herald.hub.HubLimits;
import dev.herald.hub.MemoryDevices;
import dev.herald.hub.MemoryLog;
import dev.herald.testing.ErrorLog;
import dev.herald.testing.FakeSubscriber;
import dev.herald.testing.ObserverDiary;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/** What those who have the Admin UI open are shown. What they ask for is in AdminIT, as it goes by the API of beans. */
class AdminDeskTest {

    private static final Clock NOON = Clock.fixed(Instant.parse("2026-11-28T12:00:00Z"), ZoneOffset.UTC);

    private final Queue<Runnable> threads = new ArrayDeque<>();
    private final ObserverDiary application = new ObserverDiary();
    private Hub hub;
    private AdminDesk desk;

    private void open(AdminSettings.Mode mode) {
        desk = new AdminDesk(
                new AdminSettings("/admin", "admin", new Password("secret"), false, mode),
                new ServerSight("here#7", "here", 7, () -> 1.5, () -> 3),
                () -> hub,
                AdminDeskTest::noHerald,
                threads::add,
                NOON);
        hub = new Hub(
                new MemoryLog("life", NOON, new MemoryLog.Bounds(1_000, 1_000_000, 100)),
                new ChannelKinds(List.of(), List.of()),
                new MemoryDevices(),
                new AdminObservers(application, desk),
                new HubLimits(2_000, 5, 100),
                NOON,
                Runnable::run);
    }

    private static Herald noHerald() {
        throw new AssertionError("nothing was asked for");
    }

    private FakeSubscriber connect(String id, String namespace) {
        var ear = new FakeSubscriber(connection(id, namespace));
        hub.connect(ear);
        return ear;
    }

    private static Connection connection(String id, String namespace) {
        var handshake = new Handshake(
                "/socket.io/?EIO=4&token=s3cret",
                "cookie: c00kie\norigin: https://app.example\nauthorization: Bearer b3arer\n",
                "192.0.2.7",
                true,
                Instant.EPOCH,
                "{\"token\":\"t0ken\"}");
        var who = new PersonPrincipal(new Person("jürgen", "Jürgen 😀")).with(handshake);
        return new Connection(id, who.person(), namespace, new ConnectionState(who, Attributes.NONE));
    }

    private void work() {
        while (!threads.isEmpty()) {
            threads.remove().run();
        }
    }

    private static List<String> heard(FakeSubscriber ear, String event) {
        return ear.heard.stream()
                .filter(message -> message.event().equals(event))
                .map(Envelope::json)
                .toList();
    }

    @Test
    void whoOpensItSeesWhatIsThereAndNoSecrets() {
        open(AdminSettings.Mode.DEVELOPMENT);
        connect("one", "/");
        var admin = connect("ui", "/admin");
        work();

        assertThat(admin.heard)
                .extracting(Envelope::event)
                .containsSubsequence("config", "all_sockets", "server_stats");
        assertThat(heard(admin, "config").get(0)).contains("\"JOIN\"", "\"DISCONNECT\"", "ALL_EVENTS");
        assertThat(heard(admin, "all_sockets").get(0))
                .contains("\"id\":\"one\"", "\"name\":\"Jürgen 😀\"", "192.0.2.7", "https://app.example")
                .doesNotContain("s3cret", "c00kie", "b3arer", "t0ken");
        assertThat(heard(admin, "server_stats").get(0))
                .contains("\"serverId\":\"here#7\"", "\"clientsCount\":3", "{\"name\":\"/\",\"socketsCount\":1}");
    }

    @Test
    void whatHappensIsShownAndTheApplicationSeesNothingOfTheUi() {
        open(AdminSettings.Mode.DEVELOPMENT);
        var admin = connect("ui", "/admin");
        work();
        connect("one", "/");
        work();
        var member = hub.peer("one").orElseThrow();
        member.join("tea");
        hub.hand(member, "order", "\"名前\"", Answer.NONE);
        member.leave("tea");
        member.disconnect("closed by the client");
        work();

        assertThat(heard(admin, "socket_connected").get(0)).contains("\"id\":\"one\"");
        assertThat(heard(admin, "room_joined")).singleElement().asString().contains("[\"/\",\"tea\",\"one\",\"2026-");
        assertThat(heard(admin, "event_received"))
                .singleElement()
                .asString()
                .contains("[\"/\",\"one\",[\"order\",\"名前\"],\"2026-");
        assertThat(heard(admin, "room_left")).singleElement().asString().contains("\"tea\"");
        assertThat(heard(admin, "socket_disconnected"))
                .singleElement()
                .asString()
                .contains("[\"/\",\"one\",\"closed by the client\",");
        assertThat(application.events()).noneMatch(event -> event.toString().contains("/admin"));
        assertThat(application.events()).hasSizeGreaterThanOrEqualTo(5);
    }

    @Test
    void withoutDetailsThereAreNumbersOnly() {
        open(AdminSettings.Mode.PRODUCTION);
        var admin = connect("ui", "/admin");
        work();
        connect("one", "/");
        desk.tick();
        work();

        assertThat(admin.heard).extracting(Envelope::event).containsOnly("config", "server_stats");
        assertThat(heard(admin, "config").get(0)).doesNotContain("ALL_EVENTS");
        assertThat(heard(admin, "server_stats"))
                .last()
                .asString()
                .contains("\"type\":\"rawConnection\",\"count\":1", "{\"name\":\"/\",\"socketsCount\":1}");
    }

    @Test
    void whatIsShownAndWhatWaitsIsBounded() {
        open(AdminSettings.Mode.DEVELOPMENT);
        var admin = connect("ui", "/admin");
        work();
        try (var log = new ErrorLog(AdminDesk.class)) {
            for (var n = 0; n < 1_500; n++) {
                connect("c" + n, "/");
            }
            assertThat(log.warnings())
                    .containsExactly("the Admin UI is not shown everything: more than 1000 events wait for it");
        }
        work();
        assertThat(heard(admin, "socket_connected")).hasSize(1_000);
        var late = connect("ui2", "/admin");
        work();
        assertThat(heard(late, "all_sockets").get(0).split("\"clientId\"", -1)).hasSize(1_001);
        assertThat(desk.watchers()).hasSize(2);
    }

    @Test
    void whileNobodyWatchesNothingIsQueued() {
        open(AdminSettings.Mode.DEVELOPMENT);
        connect("one", "/");
        desk.tick();
        assertThat(threads).isEmpty();

        var member = hub.connect(new FakeSubscriber(connection("ui", "/admin")));
        work();
        member.disconnect("closed by the client");
        connect("two", "/");
        desk.tick();
        assertThat(threads).isEmpty();
    }
}
