package dev.herald.board;

import static dev.herald.api.ChannelName.NEWS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.herald.api.ChannelName;
import dev.herald.api.Person;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Of several nodes one announces who comes and goes on any. */
class AnnouncerTest {

    private static final Person ANN = new Person("ann", "Ann");
    private static final Person BOB = new Person("bob", "Bob");

    /** Where all publish, and whose people are those of all nodes. */
    private final FakeHerald herald = new FakeHerald();

    private final Map<String, Person> database = new LinkedHashMap<>();
    private long now;

    /** A node; several have the same people and the same database. */
    private final class Node {

        final List<Runnable> scheduled = new ArrayList<>();
        final Attendance attendance =
                new Attendance(herald, (task, delay) -> scheduled.add(task), AnnouncerTest.this::now, true);
        boolean isMine = true;
        boolean isDatabaseThere = true;
        final Announcer announcer =
                new Announcer(herald, attendance, () -> isMine, this::read, this::write, AnnouncerTest.this::now);

        private Map<String, Person> read() {
            requireDatabase();
            return Map.copyOf(database);
        }

        private void write(Collection<Person> there, Collection<String> gone) {
            requireDatabase();
            gone.forEach(database::remove);
            there.forEach(person -> database.put(person.id(), person));
        }

        private void requireDatabase() {
            if (!isDatabaseThere) {
                throw new IllegalStateException("no database");
            }
        }

        void look() {
            announcer.look();
            pass(Announcer.LOOK);
        }

        /** Looks, and looks again to keep what was announced. */
        Node looksTwice() {
            look();
            look();
            return this;
        }
    }

    private long now() {
        return now;
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    /** A node that has been there for long enough to miss people. */
    private Node node() {
        var node = new Node();
        pass(Announcer.GRACE);
        return node;
    }

    private List<String> news() {
        return published(NEWS);
    }

    private List<String> published(ChannelName channel) {
        return herald.latest(channel, Integer.MAX_VALUE).stream()
                .map(message -> message.event() + " " + message.json())
                .toList();
    }

    private static String came(int count) {
        return "news {\"msg\":\"One more person is online\",\"count\":" + count + "}";
    }

    private static String went(int count) {
        return "news {\"msg\":\"Someone went home\",\"count\":" + count + "}";
    }

    @Test
    void tellsWhoComesAndGoesOnAnyNode() {
        var node = node();
        herald.connect("1", ANN);
        node.look();
        herald.isElsewhere(BOB, true);
        node.look();
        herald.isElsewhere(BOB, false);
        node.look();

        assertThat(news()).containsExactly(came(1), came(2), went(1));
        assertThat(published(Board.PEOPLE))
                .containsExactly(
                        "online {\"id\":\"ann\",\"name\":\"Ann\",\"count\":1}",
                        "online {\"id\":\"bob\",\"name\":\"Bob\",\"count\":2}",
                        "offline {\"id\":\"bob\",\"name\":\"Bob\",\"count\":1}");
    }

    @Test
    void countsAPersonWithTabsOnTwoNodesOnce() {
        var node = node();
        var tab = herald.connect("1", ANN).connection();
        herald.isElsewhere(ANN, true);
        node.look();
        herald.disconnect(tab);
        node.look();
        herald.isElsewhere(ANN, false);
        node.look();

        assertThat(news()).containsExactly(came(1), went(0));
    }

    @Test
    void tellsThatSomebodyIsGoneWhoseLastTabsOnTwoNodesWereClosedInOneMoment() {
        var node = node();
        var tab = herald.connect("1", ANN).connection();
        herald.isElsewhere(ANN, true);
        node.look();
        herald.disconnect(tab);
        herald.isElsewhere(ANN, false);
        node.look();

        assertThat(news()).containsExactly(came(1), went(0));
    }

    @Test
    void isSilentOnAllOtherNodes() {
        var other = node();
        other.isMine = false;
        herald.connect("1", ANN);
        other.looksTwice();

        assertThat(news()).isEmpty();
        assertThat(database).isEmpty();
    }

    @Test
    void goesOnWhereANodeWasThatDied() {
        var first = node();
        herald.connect("1", ANN);
        herald.isElsewhere(BOB, true);
        first.looksTwice();
        assertThat(news()).containsExactly(came(1), came(2));

        // Ann was on the first node, which is dead for the second one now.
        var second = node();
        herald.disconnect(herald.connections().get(0));
        second.looksTwice();

        assertThat(news()).containsExactly(came(1), came(2), went(1));
        assertThat(database).containsOnlyKeys("bob");
    }

    @Test
    void tellsNobodyTwiceWhenAnotherNodeGoesOn() {
        var first = node();
        herald.connect("1", ANN);
        first.looksTwice();

        var second = node();
        second.looksTwice();
        first.isMine = false;
        first.looksTwice();
        herald.isElsewhere(BOB, true);
        second.look();
        first.look();

        assertThat(news()).containsExactly(came(1), came(2));
    }

    @Test
    void doesNotMissThoseWhoAreOnTheWayBackAfterAStart() {
        database.put("ann", ANN);
        database.put("bob", BOB);
        var node = new Node();
        node.look();
        herald.connect("1", ANN);
        node.look();
        assertThat(news()).isEmpty();

        pass(Announcer.GRACE);
        node.look();

        assertThat(news()).containsExactly(went(1));
    }

    @Test
    void tellsANewName() {
        var node = node();
        herald.connect("1", ANN);
        node.look();
        herald.connect("1", new Person("ann", "名前 😀"));
        node.looksTwice();

        assertThat(news()).containsExactly(came(1));
        assertThat(published(Board.PEOPLE)).last().isEqualTo("online {\"id\":\"ann\",\"name\":\"名前 😀\",\"count\":1}");
        assertThat(database).containsValue(new Person("ann", "名前 😀"));
    }

    @Test
    void tellsManyWhoWentWithANodeTogether() {
        for (var n = 0; n < 300; n++) {
            database.put("guest-" + n, new Person("guest-" + n, "Guest"));
        }
        var node = node();
        herald.connect("1", new Person("guest-7", "Guest"));
        node.looksTwice();

        assertThat(news()).containsExactly("news {\"msg\":\"299 people went home\",\"count\":1}");
        assertThat(database).containsOnlyKeys("guest-7");
    }

    @Test
    void triesAgainWhatTheDatabaseDidNotTake() {
        var node = node();
        node.look();
        herald.connect("1", ANN);
        node.look();
        node.isDatabaseThere = false;
        assertThatThrownBy(node::look).hasMessage("no database");
        node.isDatabaseThere = true;
        node.look();

        assertThat(news()).containsExactly(came(1));
        assertThat(database).containsOnlyKeys("ann");
    }

    @Test
    void announcesAgainWhatTheLogRefused() {
        var node = node();
        node.look();
        herald.refuses = true;
        herald.connect("1", ANN);
        node.looksTwice();
        assertThat(database).as("it was not announced").isEmpty();

        herald.refuses = false;
        node.looksTwice().looksTwice();

        assertThat(news()).containsExactly(came(1));
        assertThat(database).containsOnlyKeys("ann");
    }

    @Test
    void listsThePeopleOfAllNodesAndOnceMoreWhenAllKnowThem() {
        var node = node();
        node.isMine = false;
        herald.connect("1", ANN);
        node.attendance.list("1");
        herald.isElsewhere(BOB, true);
        List.copyOf(node.scheduled).forEach(Runnable::run);

        assertThat(herald.sent())
                .extracting(sent -> sent.connectionId() + " " + sent.event() + " " + sent.data())
                .containsExactly(
                        "1 people {\"count\":1,\"people\":[{\"id\":\"ann\",\"name\":\"Ann\"}]}",
                        "1 people {\"count\":2,\"people\":[{\"id\":\"ann\",\"name\":\"Ann\"},{\"id\":\"bob\",\"name\":\"Bob\"}]}");
    }
}
