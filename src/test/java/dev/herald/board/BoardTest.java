package dev.herald.board;

import static dev.herald.api.ChannelName.NEWS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.ChannelName;
import dev.herald.api.Envelope;
import dev.herald.api.Joined;
import dev.herald.api.Person;
import dev.herald.api.Received;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class BoardTest {

    private static final Person ANN = new Person("ann", "Ann");
    private static final Person BOB = new Person("bob", "Bob");
    private static final int ROUNDS = 20;

    private final FakeHerald herald = new FakeHerald();
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
    void doesNotCallOnlineWhoIsGoneAlready() {
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

        assertThat(published(Board.PEOPLE)).containsExactly("offline {\"id\":\"ann\",\"name\":\"Ann\",\"count\":0}");
        assertThat(published(NEWS)).last().asString().contains("\"count\":0");
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
    private List<String> replayed() {
        var online = new ArrayList<String>();
        for (var message : herald.latest(Board.PEOPLE, Integer.MAX_VALUE)) {
            var id = data(message).getString("id");
            online.remove(id);
            if (message.event().equals("online")) {
                online.add(id);
            }
        }
        return online;
    }

    @Test
    void sendsWhoIsThereToWhoJoinsThePeople() {
        var ann = herald.connect("1", ANN);
        herald.connect("2", BOB);
        board.listPeople(new Joined(ann.connection(), Board.PEOPLE));
        board.listPeople(new Joined(ann.connection(), new ChannelName("orders")));

        assertThat(herald.sent())
                .extracting(sent -> sent.connectionId() + " " + sent.event() + " " + sent.data())
                .containsExactly("1 people {\"count\":2,\"people\":["
                        + "{\"id\":\"ann\",\"name\":\"Ann\"},{\"id\":\"bob\",\"name\":\"Bob\"}]}");
    }

    @Test
    void listsSomeButCountsAll() {
        for (var n = 0; n < 201; n++) {
            herald.connect("" + n, new Person("person-" + n, "Person"));
        }
        board.listPeople(new Joined(herald.connections().get(0), Board.PEOPLE));

        var snapshot = (JsonObject) herald.sent().get(0).data();
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

    private Board board(boolean enabled) {
        var board = new Board();
        board.herald = herald;
        board.enabled = enabled;
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
