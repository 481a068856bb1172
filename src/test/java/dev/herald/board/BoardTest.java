package dev.herald.board;

import static dev.herald.api.ChannelName.NEWS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.herald.api.ChannelName;
import dev.herald.api.Connection;
import dev.herald.api.Disconnected;
import dev.herald.api.Envelope;
import dev.herald.api.Joined;
import dev.herald.api.Person;
import dev.herald.api.Received;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class BoardTest {

    private static final Person ANN = new Person("ann", "Ann");
    private static final Person BOB = new Person("bob", "Bob");
    private static final int ROUNDS = 20;

    private final FakeHerald herald = new FakeHerald();
    private final NavigableMap<Long, Runnable> scheduled = new ConcurrentSkipListMap<>();
    private volatile long now;
    private boolean timerRefuses;
    private final Board board = board(true);

    @Test
    void tellsEveryoneAndWelcomesTheNewcomer() {
        board.welcome(herald.connect("1", ANN));
        board.welcome(herald.connect("2", BOB));

        assertThat(published(NEWS))
                .containsExactly(
                        "news {\"msg\":\"One more person is online\",\"count\":1}",
                        "news {\"msg\":\"One more person is online\",\"count\":2}");
        assertThat(herald.sent())
                .extracting(sent -> sent.connectionId() + " " + sent.event() + " " + sent.data())
                .containsExactly(
                        "1 private {\"msg\":\"Welcome you are the 1 person here\"}",
                        "2 private {\"msg\":\"Welcome you are the 2 person here\"}");
    }

    private Received received(String event, String json, List<String> answers) {
        var connection = herald.connect("1", ANN).connection();
        return new Received(connection, event, null, null, json, null, answers::add);
    }

    @Test
    void passesDataOnToTheOthersAndAcknowledgesIt() {
        var answers = new ArrayList<String>();

        board.share(received("data", "{\"$args\":[\"a\",1]}", answers));

        assertThat(herald.broadcasts())
                .containsExactly(new FakeHerald.Broadcasted(
                        "/", Set.of("1"), "data", List.of(Json.createValue("a"), Json.createValue(1))));
        assertThat(answers)
                .containsExactly(
                        "{\"channel\":\"news\",\"offset\":7,\"epoch\":\"life\",\"duplicate\":false,\"kind\":\"memory\"}");
    }

    @Test
    void takesNoteOfWhatIsSaidToNobodyInParticular() {
        var answers = new ArrayList<String>();

        board.hear(received("private", "{\"msg\":\"Thank you for your message\"}", answers));

        assertThat(answers).containsExactly("{\"$args\":[]}");
        assertThat(herald.broadcasts()).isEmpty();
    }

    @Test
    void sharesNothingWhenItIsSwitchedOff() {
        var off = board(false);
        var answers = new ArrayList<String>();

        off.share(received("data", "1", answers));
        off.hear(received("private", "1", answers));

        assertThat(herald.broadcasts()).isEmpty();
        assertThat(answers).isEmpty();
    }

    @Test
    void saysWhoWentHome() {
        board.welcome(herald.connect("1", ANN));
        var bob = herald.connect("2", BOB);
        board.welcome(bob);
        board.sayGoodbye(herald.disconnect(bob.connection()));

        assertThat(published(NEWS)).last().isEqualTo("news {\"msg\":\"Someone went home\",\"count\":1}");
        assertThat(published(Board.PEOPLE))
                .containsExactly(
                        "online {\"id\":\"ann\",\"name\":\"Ann\",\"count\":1}",
                        "online {\"id\":\"bob\",\"name\":\"Bob\",\"count\":2}",
                        "offline {\"id\":\"bob\",\"name\":\"Bob\",\"count\":1}");
    }

    @Test
    void countsTwoTabsAsOnePerson() {
        var first = herald.connect("1", ANN);
        board.welcome(first);
        board.welcome(herald.connect("2", ANN));
        board.sayGoodbye(herald.disconnect(first.connection()));

        assertThat(published(NEWS)).hasSize(1);
        assertThat(published(Board.PEOPLE)).hasSize(1);
        assertThat(herald.sent()).extracting(FakeHerald.Sent::connectionId).containsExactly("1", "2");
    }

    @Test
    void doesNotSendHomeWhoIsBackAlready() {
        var before = herald.connect("1", ANN);
        board.welcome(before);
        var gone = herald.disconnect(before.connection());
        var back = herald.connect("2", ANN);

        board.welcome(back);
        board.sayGoodbye(gone);

        assertThat(published(Board.PEOPLE)).last().asString().startsWith("online");
        assertThat(published(NEWS)).last().asString().contains("\"count\":1");
    }

    @Test
    void tellsNothingOfWhoIsGoneAlready() {
        var first = herald.connect("1", ANN);
        var second = herald.connect("2", ANN);
        var firstGone = herald.disconnect(first.connection());
        var secondGone = herald.disconnect(second.connection());

        List.<Runnable>of(
                        () -> board.welcome(second),
                        () -> board.sayGoodbye(secondGone),
                        () -> board.welcome(first),
                        () -> board.sayGoodbye(firstGone))
                .forEach(Runnable::run);

        assertThat(published(Board.PEOPLE)).isEmpty();
        assertThat(published(NEWS)).isEmpty();
    }

    @Test
    void tellsTwoWhoCameInTheSameMomentEachWithTheRightCount() {
        var ann = herald.connect("1", ANN);
        var bob = herald.connect("2", BOB);
        board.welcome(bob);
        board.welcome(ann);

        assertThat(published(NEWS))
                .containsExactly(
                        "news {\"msg\":\"One more person is online\",\"count\":1}",
                        "news {\"msg\":\"One more person is online\",\"count\":2}");
        assertThat(published(Board.PEOPLE))
                .containsExactly(
                        "online {\"id\":\"bob\",\"name\":\"Bob\",\"count\":1}",
                        "online {\"id\":\"ann\",\"name\":\"Ann\",\"count\":2}");
    }

    @Test
    void tellsANewNameOfWhoIsThere() {
        var before = herald.connect("1", ANN);
        board.welcome(before);
        var gone = herald.disconnect(before.connection());
        var back = herald.connect("2", new Person("ann", "Anna"));
        board.sayGoodbye(gone);
        board.welcome(back);
        board.sayGoodbye(gone);

        assertThat(published(NEWS)).hasSize(1);
        assertThat(published(Board.PEOPLE)).last().isEqualTo("online {\"id\":\"ann\",\"name\":\"Anna\",\"count\":1}");
    }

    @Test
    void tellsAFewAtOnceAndManyTogether() {
        arrive(1, 9);
        assertThat(published(NEWS)).hasSize(5).last().asString().contains("\"count\":5");
        assertThat(herald.sent()).hasSize(9);

        pass(Attendance.PAUSE);

        assertThat(published(NEWS))
                .hasSize(6)
                .last()
                .isEqualTo("news {\"msg\":\"4 more people are online\",\"count\":9}");
        assertThat(published(Board.PEOPLE))
                .hasSize(6)
                .last()
                .isEqualTo("changed {\"offline\":[],\"online\":["
                        + "{\"id\":\"p6\",\"name\":\"P\"},{\"id\":\"p7\",\"name\":\"P\"},"
                        + "{\"id\":\"p8\",\"name\":\"P\"},{\"id\":\"p9\",\"name\":\"P\"}],\"count\":9}");
    }

    @Test
    void tellsWhoWentAndWhoCameTogetherEachWithTheRightCount() {
        arrive(1, 5);
        leave(1, 2);
        arrive(6, 6);

        pass(Attendance.PAUSE);

        assertThat(published(NEWS))
                .endsWith(
                        "news {\"msg\":\"2 people went home\",\"count\":3}",
                        "news {\"msg\":\"One more person is online\",\"count\":4}");
        assertThat(published(Board.PEOPLE))
                .last()
                .isEqualTo("changed {\"offline\":[\"p1\",\"p2\"],"
                        + "\"online\":[{\"id\":\"p6\",\"name\":\"P\"}],\"count\":4}");
    }

    @Test
    void doesNotMentionWhoIsAwayForAMoment() {
        arrive(1, 5);
        leave(3, 3);
        arrive(3, 3);
        arrive(6, 6);
        leave(6, 6);

        pass(Attendance.PAUSE);

        assertThat(published(NEWS)).hasSize(5);
        assertThat(published(Board.PEOPLE)).hasSize(5);
    }

    @Test
    void tellsChangesOneByOneAgainWhenItIsQuiet() {
        arrive(1, 5);
        pass(Attendance.BURST);
        arrive(6, 8);

        assertThat(published(NEWS)).last().isEqualTo("news {\"msg\":\"One more person is online\",\"count\":8}");
    }

    @Test
    void tellsARushOfNewcomersOnlyAFewTimesASecond() {
        var newcomers = 2_000;
        for (var n = 1; n <= newcomers; n++) {
            arrive(n, n);
            pass(Duration.ofMillis(10));
        }
        var seconds = 20 + Attendance.BURST.toSeconds();

        assertThat(published(NEWS).size()).isLessThan((int) seconds * 4);
        assertThat(deliveries()).isLessThan(seconds * Attendance.DELIVERIES_PER_SECOND);

        pass(Duration.ofSeconds(10));
        assertThat(lastCount(NEWS)).isEqualTo(newcomers);
        assertThat(lastCount(Board.PEOPLE)).isEqualTo(newcomers);
    }

    @Test
    void sendsTheListAnewWhenItNamesLessThanTheChanges() {
        arrive(1, 300);
        pass(Attendance.PAUSE);

        var last = herald.latest(Board.PEOPLE, 1).get(0);
        assertThat(last.event()).isEqualTo("people");
        assertThat(data(last).getInt("count")).isEqualTo(300);
        assertThat(data(last).getJsonArray("people")).hasSize(200);
    }

    @Test
    void listsOnlyWhoWasToldToBeThereAsTheRestFollows() {
        arrive(1, 6);
        board.listPeople(new Joined(herald.connections().get(0), Board.PEOPLE));
        assertThat(((JsonObject) herald.sent().get(6).data()).getInt("count")).isEqualTo(5);

        pass(Attendance.PAUSE);
        assertThat(lastCount(Board.PEOPLE)).isEqualTo(6);
    }

    @Test
    void tellsTheRestWithTheNextChangeWhenTheTimerRefused() {
        arrive(1, 5);
        timerRefuses = true;
        assertThatThrownBy(() -> arrive(6, 6)).hasMessage("no thread");
        timerRefuses = false;
        board.welcome(herald.connect("7", new Person("p7", "P")));
        pass(Attendance.PAUSE);

        assertThat(published(NEWS)).last().isEqualTo("news {\"msg\":\"2 more people are online\",\"count\":7}");
    }

    @Test
    void tellsNothingMoreOnceItIsStopped() {
        arrive(1, 6);
        board.stop();
        pass(Attendance.BURST);

        assertThat(published(NEWS)).hasSize(5);
    }

    /** Each news goes to everyone whom it counts. */
    private long deliveries() {
        return herald.latest(NEWS, Integer.MAX_VALUE).stream()
                .mapToLong(news -> data(news).getInt("count"))
                .sum();
    }

    private void arrive(int from, int to) {
        for (var n = from; n <= to; n++) {
            board.welcome(herald.connect("" + n, new Person("p" + n, "P")));
        }
    }

    private void leave(int from, int to) {
        for (var n = from; n <= to; n++) {
            board.sayGoodbye(herald.disconnect(new Connection("" + n, new Person("p" + n, "P"))));
        }
    }

    /** Lets time pass; what the board has scheduled for it runs. */
    private void pass(Duration time) {
        var end = now + time.toNanos();
        while (!scheduled.isEmpty() && scheduled.firstKey() <= end) {
            var next = scheduled.pollFirstEntry();
            now = next.getKey();
            next.getValue().run();
        }
        now = end;
    }

    private void schedule(Runnable task, Duration delay) {
        if (timerRefuses) {
            throw new RejectedExecutionException("no thread");
        }
        scheduled.put(now + delay.toNanos(), task);
    }

    @RepeatedTest(3)
    void tellsTheRightCountLastAfterAStorm() throws Exception {
        var threads = 16;
        var storm = new ArrayList<Callable<Void>>();
        for (var n = 0; n < threads; n++) {
            var id = "tab-" + n;
            var person = new Person("person-" + n % 10, "Person");
            var stays = n % 3 == 0;
            storm.add(() -> comeAndGo(id, person, stays));
        }
        var executor = Executors.newFixedThreadPool(threads);
        try {
            for (var done : executor.invokeAll(storm)) {
                done.get();
            }
        } finally {
            executor.shutdownNow();
        }

        pass(Duration.ofSeconds(2));
        assertThat(herald.countPeople()).isEqualTo(6);
        assertThat(lastCount(NEWS)).isEqualTo(herald.countPeople());
        assertThat(lastCount(Board.PEOPLE)).isEqualTo(herald.countPeople());
        assertThat(replayed()).containsExactlyInAnyOrderElementsOf(ids(herald.people()));
    }

    /** Events of one connection are observed in order, those of different connections are not. */
    private Void comeAndGo(String tab, Person person, boolean stays) {
        for (var n = 1; n <= ROUNDS; n++) {
            var connected = herald.connect(tab + "-" + n, person);
            board.welcome(connected);
            if (n == ROUNDS && stays) {
                break;
            }
            var disconnected = herald.disconnect(connected.connection());
            Thread.yield();
            board.sayGoodbye(disconnected);
        }
        return null;
    }

    /** The list of people on a page that heard every change. */
    private Set<String> replayed() {
        var online = new HashSet<String>();
        for (var message : herald.latest(Board.PEOPLE, Integer.MAX_VALUE)) {
            var data = data(message);
            switch (message.event()) {
                case "online" -> online.add(data.getString("id"));
                case "offline" -> online.remove(data.getString("id"));
                default -> {
                    data.getJsonArray("offline").forEach(id -> online.remove(((JsonString) id).getString()));
                    data.getJsonArray("online")
                            .forEach(person -> online.add(person.asJsonObject().getString("id")));
                }
            }
        }
        return online;
    }

    @Test
    void sendsWhoIsThereToWhoJoinsThePeople() {
        var ann = herald.connect("1", ANN);
        board.welcome(ann);
        board.welcome(herald.connect("2", BOB));
        board.listPeople(new Joined(ann.connection(), Board.PEOPLE));
        board.listPeople(new Joined(ann.connection(), new ChannelName("orders")));

        assertThat(herald.sent())
                .filteredOn(sent -> sent.event().equals("people"))
                .extracting(sent -> sent.connectionId() + " " + sent.event() + " " + sent.data())
                .containsExactly("1 people {\"count\":2,\"people\":["
                        + "{\"id\":\"ann\",\"name\":\"Ann\"},{\"id\":\"bob\",\"name\":\"Bob\"}]}");
    }

    @Test
    void listsSomeButCountsAll() {
        arrive(1, 201);
        pass(Attendance.PAUSE);
        board.listPeople(new Joined(herald.connections().get(0), Board.PEOPLE));

        var snapshot = (JsonObject) herald.sent().get(201).data();
        assertThat(snapshot.getInt("count")).isEqualTo(201);
        assertThat(snapshot.getJsonArray("people")).hasSize(200);
    }

    @Test
    void isSilentWhenSwitchedOff() {
        var silent = board(false);
        var ann = herald.connect("1", ANN);
        silent.welcome(ann);
        silent.listPeople(new Joined(ann.connection(), Board.PEOPLE));
        silent.sayGoodbye(herald.disconnect(ann.connection()));

        assertThat(herald.sent()).isEmpty();
        assertThat(published(NEWS)).isEmpty();
        assertThat(published(Board.PEOPLE)).isEmpty();
    }

    @Test
    void whoGoesWhilePeopleAreCountedIsNotCounted() {
        var ann = herald.connect("1", ANN);
        board.welcome(ann);
        var bob = herald.connect("2", BOB);
        board.welcome(bob);
        // Not announced yet, and never will be: it is gone before it could be.
        var passing = herald.connect("3", new Person("passing", "Passing by")).connection();
        herald.disconnect(bob.connection());
        herald.beforePeople = () -> herald.disconnect(passing);
        board.sayGoodbye(new Disconnected(bob.connection(), "closed by the client", Set.of(), true));

        assertThat(lastCount(NEWS)).isEqualTo(1);
        assertThat(lastCount(Board.PEOPLE)).isEqualTo(1);
    }

    private Board board(boolean enabled) {
        var board = new Board();
        board.herald = herald;
        board.enabled = enabled;
        board.attendance = new Attendance(herald, this::schedule, () -> now, false);
        return board;
    }

    private List<String> published(ChannelName channel) {
        return herald.latest(channel, Integer.MAX_VALUE).stream()
                .map(message -> message.event() + " " + message.json())
                .toList();
    }

    private int lastCount(ChannelName channel) {
        return data(herald.latest(channel, 1).get(0)).getInt("count");
    }

    private static JsonObject data(Envelope message) {
        return (JsonObject) message.data();
    }

    private static List<String> ids(List<Person> people) {
        return people.stream().map(Person::id).toList();
    }
}
