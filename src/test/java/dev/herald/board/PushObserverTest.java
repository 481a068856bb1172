package dev.herald.board;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.Answer;
import dev.herald.api.ChannelName;
import dev.herald.api.Person;
import dev.herald.api.Received;
import dev.herald.api.SignedOut;
import dev.herald.boardstore.BoardStore;
import dev.herald.boardstore.PushTables;
import dev.herald.journal.Housekeeping;
import dev.herald.journal.Schema;
import jakarta.json.Json;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.h2.jdbcx.JdbcConnectionPool;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who is told of which messages. */
class PushObserverTest {

    private static final Person ANN = new Person("ann", "Ann");
    private static final Person BOB = new Person("bob", "Jürgen Bob");
    private static final Person EVE = new Person("eve", "名前");
    private static final ChannelName ORDERS = new ChannelName("orders");

    private final FakeHerald herald = new FakeHerald();
    private final List<String> told = new ArrayList<>();
    private final PushObserver observer = new PushObserver();
    private JdbcConnectionPool database;
    private BoardStore store;

    @BeforeEach
    void open() throws Exception {
        database = JdbcConnectionPool.create("jdbc:h2:mem:" + UUID.randomUUID(), "herald", "herald");
        Schema.prepare(database, "epoch");
        store = BoardStore.in(database, Clock.systemUTC(), Housekeeping.ALONE);
        observer.herald = herald;
        observer.store = store;
        observer.pusher = new Pusher() {
            @Override
            public void tell(String personId, Missed missed) {
                told.add(personId + " of " + missed.conversation());
            }
        };
        observer.pusher.store = store;
    }

    @AfterEach
    void close() {
        database.dispose();
    }

    private void hasADevice(Person... people) {
        for (var person : people) {
            var device = new PushTables.Device("https://push.example/" + person.id(), "key", "secret", "en");
            store.push().keep(device, person.id(), Text.folded(person.name()));
        }
    }

    private Received said(String event, @Nullable ChannelName channel, @Nullable String to, String text) {
        var json = Json.createObjectBuilder().add("msg", text).build().toString();
        return new Received(herald.connect("ann's", ANN).connection(), event, channel, to, json, null, Answer.NONE);
    }

    private Received inOrders(String text) {
        return said("message", ORDERS, null, text);
    }

    @Test
    void whoIsOfflineIsToldOfAPrivateMessage() {
        hasADevice(BOB);
        observer.tellOfPrivate(said("private", null, BOB.id(), "hello"));

        assertThat(told).containsExactly("bob of @ann");
    }

    @Test
    void whoIsThereIsNotToldUntilAway() {
        hasADevice(BOB);
        herald.connect("bob's", BOB);
        observer.tellOfPrivate(said("private", null, BOB.id(), "hello"));
        observer.tellOfNews(said("news", ChannelName.NEWS, null, "hello @\"Jürgen Bob\""));
        assertThat(told).isEmpty();

        store.names().away(BOB.id(), true);
        observer.tellOfPrivate(said("private", null, BOB.id(), "hello"));
        assertThat(told).containsExactly("bob of @ann");
    }

    @Test
    void nobodyIsToldOfOwnMessagesNorOfWhatWasSentToTheServer() {
        hasADevice(ANN);
        observer.tellOfPrivate(said("private", null, ANN.id(), "a note"));
        observer.tellOfPrivate(said("private", null, null, "to nobody"));
        observer.tellOfNews(said("news", ChannelName.NEWS, null, "I am @Ann"));
        observer.tellOfMessage(said("message", null, null, "@Ann"));

        assertThat(told).isEmpty();
    }

    @Test
    void whoIsNamedIsToldInNewsAndInTheOwnChannels() {
        hasADevice(BOB, EVE);
        store.channels().enter(EVE.id(), ORDERS, 10);

        observer.tellOfNews(said("news", ChannelName.NEWS, null, "@jürgen bob and @名前, look"));
        assertThat(told).containsExactly("bob of #news", "eve of #news");

        told.clear();
        observer.tellOfMessage(inOrders("@\"Jürgen Bob\" and @名前, look"));
        assertThat(told).containsExactly("eve of #orders");
    }

    @Test
    void whoIsNotNamedIsNotTold() {
        hasADevice(BOB, EVE);
        observer.tellOfNews(said("news", ChannelName.NEWS, null, "mail@example.org, 名前, @Jürgen, @jürgen bobby"));
        observer.tellOfNews(said("news", ChannelName.NEWS, null, "@".repeat(9_000)));

        assertThat(told).isEmpty();
    }

    @Test
    void whoIsSignedOutIsToldNothingUntilThere() {
        hasADevice(BOB, EVE);
        observer.forget(new SignedOut(BOB.id()));
        assertThat(store.push().of(BOB.id())).isEmpty();
        observer.tellOfNews(said("news", ChannelName.NEWS, null, "hello @\"Jürgen Bob\" and @名前"));
        assertThat(told).containsExactly("eve of #news");

        hasADevice(BOB);
        observer.tellOfNews(said("news", ChannelName.NEWS, null, "hello @\"Jürgen Bob\""));
        assertThat(told).containsExactly("eve of #news", "bob of #news");
    }

    @Test
    void noMoreThanSoManyAreToldOfOneMessage() {
        for (var n = 0; n < PushObserver.MAX_NAMED + 5; n++) {
            hasADevice(new Person("person " + n, "Everyone"));
        }
        observer.tellOfNews(said("news", ChannelName.NEWS, null, "@everyone"));

        assertThat(told).hasSize(PushObserver.MAX_NAMED);
    }
}
