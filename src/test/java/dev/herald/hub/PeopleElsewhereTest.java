package dev.herald.hub;

import static dev.herald.hub.HubFixture.ANN;
import static dev.herald.hub.HubFixture.BOB;
import static dev.herald.hub.HubFixture.CLOCK;
import static dev.herald.hub.HubFixture.ROOM;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.Connected;
import dev.herald.api.Disconnected;
import dev.herald.api.Person;
import dev.herald.testing.ObserverDiary;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** People of this node and of others. */
class PeopleElsewhereTest {

    private final ObserverDiary observers = new ObserverDiary();
    private final Hub hub = new Hub(
            new MemoryLog("life", CLOCK, new MemoryLog.Bounds(10, 1_000_000, 100)),
            new ChannelKinds(List.of(), List.of()),
            observers,
            new HubLimits(1_000, 10, 10),
            CLOCK,
            Runnable::run);
    private final Presence presence = hub.presence();

    private static Attendance there(String place, Person person) {
        return new Attendance(place, person.id(), person.name());
    }

    private static Attendance gone(String place, Person person) {
        return new Attendance(place, person.id(), null);
    }

    private List<Boolean> firsts() {
        return observers.events().stream()
                .filter(Connected.class::isInstance)
                .map(event -> ((Connected) event).first())
                .toList();
    }

    @Test
    void peopleOfAllNodesAreOnlineAndCountedOnce() {
        new TestClient(ANN).connect(hub);
        presence.heard("b", List.of(there("/", ANN), there("/", BOB)));
        presence.heard("c", List.of(there("/", BOB)));
        assertThat(presence.people()).containsExactly(ANN, BOB);
        assertThat(presence.countPeople()).isEqualTo(2);
        assertThat(presence.isOnline("bob")).isTrue();
    }

    @Test
    void whoHasATabOnAnotherNodeIsNeitherFirstNorLast() {
        presence.heard("b", List.of(there("/", BOB)));
        var bob = new TestClient(BOB).connect(hub);
        assertThat(firsts()).containsExactly(false);
        bob.member().disconnect("closed");
        assertThat(observers.events()).noneMatch(event -> event instanceof Disconnected gone && gone.last());
        assertThat(presence.countPeople()).isEqualTo(1);
    }

    @Test
    void aNodeThatIsGoneHasNobody() {
        presence.heard("b", List.of(there("/", ANN), there("room", ANN), there("/", BOB)));
        presence.heard("c", List.of(there("/", BOB)));
        presence.forget("b");
        assertThat(presence.people()).containsExactly(BOB);
        assertThat(presence.people(ROOM)).isEmpty();
        presence.forgetOthers();
        assertThat(presence.countPeople()).isZero();
    }

    @Test
    void aChannelHasThePeopleOfAllNodes() {
        new TestClient(ANN).connect(hub).join(ROOM);
        presence.heard("b", List.of(there("room", BOB), there("room", ANN)));
        assertThat(presence.people(ROOM)).containsExactly(ANN, BOB);
        presence.heard("b", List.of(gone("room", BOB)));
        assertThat(presence.people(ROOM)).containsExactly(ANN);
    }

    @Test
    void goneTwiceOrNeverThereIsGoneOnce() {
        presence.heard("b", List.of(there("/", BOB), gone("/", BOB), gone("/", BOB), gone("/", ANN)));
        assertThat(presence.countPeople()).isZero();
        assertThat(presence.people()).isEmpty();
    }

    @Test
    void whatOthersMayKnowOfThisNodeIsSaidWithoutPrivateChannels() {
        var ann = new TestClient(ANN).connect(hub);
        ann.join(ROOM);
        assertThat(presence.here()).containsExactlyInAnyOrder(there("/", ANN), there("room", ANN), there("news", ANN));
        assertThat(presence.here("room", List.of("ann", "bob"))).containsExactly(there("room", ANN), gone("room", BOB));
        assertThat(presence.here("/", List.of("ann", "bob"))).containsExactly(there("/", ANN), gone("/", BOB));
    }

    /** Random comings and goings on three nodes; the count is held against a plain model. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void theCountIsRightWhateverComesAndGoes(long seed) {
        var random = new Random(seed);
        var here = new HashMap<String, ArrayDeque<TestClient>>();
        var elsewhere = new HashMap<String, Set<String>>();
        for (var step = 0; step < 2_000; step++) {
            var person = new Person("p" + random.nextInt(20), "P");
            var clients = here.computeIfAbsent(person.id(), id -> new ArrayDeque<>());
            var node = "node" + random.nextInt(2);
            var onNode = elsewhere.computeIfAbsent(node, n -> new TreeSet<>());
            switch (random.nextInt(8)) {
                case 0, 1 -> clients.add(new TestClient(person).connect(hub));
                case 2, 3 -> {
                    if (!clients.isEmpty()) {
                        clients.remove().member().disconnect("closed");
                    }
                }
                case 4, 5 -> {
                    onNode.add(person.id());
                    presence.heard(node, List.of(there("/", person)));
                }
                case 6 -> {
                    onNode.remove(person.id());
                    presence.heard(node, List.of(gone("/", person)));
                }
                default -> {
                    if (random.nextInt(20) == 0) {
                        onNode.clear();
                        presence.forget(node);
                    }
                }
            }
            var expected = here.entrySet().stream()
                    .filter(entry -> !entry.getValue().isEmpty())
                    .map(Map.Entry::getKey)
                    .collect(Collectors.toCollection(TreeSet::new));
            elsewhere.values().forEach(expected::addAll);
            assertThat(presence.countPeople()).isEqualTo(expected.size());
            assertThat(presence.people()).extracting(Person::id).containsExactlyInAnyOrderElementsOf(expected);
        }
    }
}
