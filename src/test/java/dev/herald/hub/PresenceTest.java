package dev.herald.hub;

import static dev.herald.hub.LogContract.inThreads;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.ChannelName;
import dev.herald.api.Connected;
import dev.herald.api.Disconnected;
import dev.herald.api.HeraldEvent;
import dev.herald.api.Person;
import dev.herald.testing.ObserverDiary;
import java.time.Clock;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PresenceTest {

    private static final ChannelName ROOM = new ChannelName("room");
    private static final Person ANN = new Person("ann", "Ann");
    private static final Person BOB = new Person("bob", "Bob");
    private static final Set<ChannelName> OF_BOB = Set.of(ChannelName.NEWS, ChannelName.ofUser("bob"));
    private static final Person CID = new Person("cid", "Cid");

    private final ObserverDiary observers = new ObserverDiary();
    private final Hub hub = new Hub(
            new MemoryLog("life", Clock.systemUTC(), new MemoryLog.Bounds(10, 1_000_000, 100)),
            new ChannelKinds(List.of(), List.of()),
            observers,
            new HubLimits(1_000, 10, 10),
            Clock.systemUTC(),
            Runnable::run);
    private final Presence presence = hub.presence();

    @Test
    void nobodyIsThereAtFirst() {
        assertThat(presence.people()).isEmpty();
        assertThat(presence.connections("/")).isEmpty();
        assertThat(presence.countPeople()).isZero();
        assertThat(presence.people(ROOM)).isEmpty();
    }

    @Test
    void peopleAreInTheOrderOfTheirFirstConnections() {
        var bob = connect(BOB);
        connect(ANN);
        connect(CID);
        connect(BOB);
        bob.member().disconnect("closed");

        assertThat(presence.people()).containsExactly(BOB, ANN, CID);
    }

    @Test
    void connectionsAreInTheOrderInWhichTheyWereOpened() {
        var bob = connect(BOB);
        var ann = connect(ANN);
        var again = connect(BOB);

        assertThat(presence.connections("/")).containsExactly(bob.connection(), ann.connection(), again.connection());
        ann.member().disconnect("closed");
        assertThat(presence.connections("/")).containsExactly(bob.connection(), again.connection());
    }

    @Test
    void twoTabsOfOnePersonCountOnce() {
        var tab = connect(BOB);
        var other = connect(BOB);

        assertThat(presence.countPeople()).isEqualTo(1);
        tab.member().disconnect("closed");
        assertThat(presence.countPeople()).isEqualTo(1);
        other.member().disconnect("closed");
        assertThat(presence.countPeople()).isZero();
    }

    @Test
    void theFirstAndTheLastOfTwoTabsAreTold() {
        var tab = connect(BOB);
        var other = connect(BOB);
        tab.member().disconnect("closed");
        other.member().disconnect("closed");
        var again = connect(BOB);

        assertThat(observers.events())
                .containsExactly(
                        new Connected(tab.connection(), true, 1, tab.member()),
                        new Connected(other.connection(), false, 1, other.member()),
                        new Disconnected(tab.connection(), "closed", OF_BOB, false),
                        new Disconnected(other.connection(), "closed", OF_BOB, true),
                        new Connected(again.connection(), true, 1, again.member()));
    }

    @Test
    void whoComesBackIsTheLastInTheRow() {
        connect(ANN).member().disconnect("closed");
        connect(BOB);
        connect(ANN);

        assertThat(presence.people()).containsExactly(BOB, ANN);
    }

    @Test
    void aPersonIsShownAsByTheLatestConnection() {
        connect(ANN);
        var married = connect(new Person("ann", "Ann B."));

        assertThat(presence.people()).containsExactly(new Person("ann", "Ann B."));
        assertThat(presence.people(ChannelName.NEWS)).containsExactly(new Person("ann", "Ann B."));
        married.member().disconnect("closed");
        assertThat(presence.people()).containsExactly(ANN);
    }

    @Test
    void thePeopleOfAChannelAreInTheOrderInWhichTheyJoined() {
        var ann = connect(ANN);
        var bob = connect(BOB);
        var tab = connect(BOB);
        connect(CID);
        bob.join(ROOM);
        ann.join(ROOM);
        tab.join(ROOM);
        bob.join(ROOM);

        assertThat(presence.people(ROOM)).containsExactly(BOB, ANN);
        bob.member().leave(ROOM);
        assertThat(presence.people(ROOM)).containsExactly(ANN, BOB);
        tab.member().disconnect("closed");
        assertThat(presence.people(ROOM)).containsExactly(ANN);
        assertThat(presence.people(ChannelName.NEWS)).containsExactly(ANN, BOB, CID);
    }

    @Test
    void countsRightInAStorm() throws Exception {
        var people = IntStream.range(0, 4)
                .mapToObj(n -> new Person("p" + n, "P" + n))
                .toList();

        var staying = inThreads(16, thread -> {
            var random = new Random(thread);
            for (var n = 0; n < 200; n++) {
                var client = connect(people.get(random.nextInt(people.size())));
                if (random.nextBoolean()) {
                    client.join(ROOM);
                }
                client.member().disconnect("closed");
            }
            return connect(people.get(thread % 2));
        });

        assertThat(presence.countPeople()).isEqualTo(2);
        assertThat(presence.people()).containsExactlyInAnyOrder(people.get(0), people.get(1));
        assertThat(presence.connections("/"))
                .containsExactlyInAnyOrderElementsOf(
                        staying.stream().map(TestClient::connection).toList());
        assertThat(presence.people(ROOM)).isEmpty();
        assertThat(observers.events(Connected.class)).hasSize(16 * 201);
        assertThat(observers.events(Disconnected.class)).hasSize(16 * 200);
        for (var person : people) {
            assertThat(firsts(person) - lasts(person)).as(person.id()).isEqualTo(people.indexOf(person) < 2 ? 1 : 0);
        }

        inThreads(16, thread -> {
            staying.get(thread).member().disconnect("closed");
            return true;
        });

        assertThat(presence.connections("/")).isEmpty();
        assertThat(presence.countPeople()).isZero();
        assertThat(presence.people(ChannelName.NEWS)).isEmpty();
    }

    @Test
    void ofOnePersonsManyConnectionsOneIsTheFirstAndOneTheLast() throws Exception {
        for (var round = 1; round <= 50; round++) {
            var clients = inThreads(16, thread -> connect(BOB));
            assertThat(firsts(BOB)).isEqualTo(round);
            assertThat(lasts(BOB)).isEqualTo(round - 1);

            inThreads(16, thread -> {
                clients.get(thread).member().disconnect("closed");
                clients.get(15 - thread).member().disconnect("closed again");
                return true;
            });
            assertThat(lasts(BOB)).isEqualTo(round);
        }
        assertThat(observers.events(HeraldEvent.class)).hasSize(50 * 32);
    }

    private TestClient connect(Person person) {
        return new TestClient(person).connect(hub);
    }

    private long firsts(Person person) {
        return observers.events(Connected.class).stream()
                .filter(event -> event.first() && event.connection().person().equals(person))
                .count();
    }

    private long lasts(Person person) {
        return observers.events(Disconnected.class).stream()
                .filter(event -> event.last() && event.connection().person().equals(person))
                .count();
    }
}
