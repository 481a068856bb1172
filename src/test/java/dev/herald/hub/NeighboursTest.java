package dev.herald.hub;

import static dev.herald.hub.HubFixture.ANN;
import static dev.herald.hub.HubFixture.BOB;
import static dev.herald.hub.HubFixture.CLOCK;
import static dev.herald.hub.HubFixture.NEWS;
import static dev.herald.hub.HubFixture.ROOM;
import static dev.herald.hub.HubFixture.TYPING;
import static dev.herald.hub.HubFixture.draft;
import static dev.herald.hub.HubFixture.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.herald.api.ChannelKind;
import dev.herald.api.ChannelName;
import dev.herald.api.Connection;
import dev.herald.api.Envelope;
import dev.herald.api.Position;
import dev.herald.testing.ObserverDiary;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two hubs in front of one log, as two nodes with one database; what they tell each other may go wrong. */
class NeighboursTest {

    private static final ChannelName IN_MEMORY = new ChannelName("memory:room");

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final SharedLog shared =
            new SharedLog(new MemoryLog("life", CLOCK, new MemoryLog.Bounds(10_000, 10_000_000, 100)));
    private final Told fromHere = new Told();
    private final Told fromThere = new Told();
    private final Hub here = hub(fromHere);
    private final Hub there = hub(fromThere);

    /** Keeps the messages of all nodes, as a database does. */
    private static final class SharedLog implements Log {

        private volatile Log log;

        SharedLog(Log log) {
            this.log = log;
        }

        void beginAnew() {
            log = new MemoryLog("another life", CLOCK, new MemoryLog.Bounds(10_000, 10_000_000, 100));
        }

        @Override
        public CompletionStage<Appended> append(Draft draft) {
            return log.append(draft);
        }

        @Override
        public Replay since(ChannelName channel, Position since, int limit) {
            return log.since(channel, since, limit);
        }

        @Override
        public Page before(ChannelName channel, long before, int limit) {
            return log.before(channel, before, limit);
        }

        @Override
        public ChannelKind kind(ChannelName channel) {
            return ChannelKind.DURABLE;
        }

        @Override
        public Position head(ChannelName channel) {
            return log.head(channel);
        }
    }

    /** What a hub tells the others, until the test hands it on. */
    private static final class Told implements Neighbours {

        final List<Envelope> messages = new CopyOnWriteArrayList<>();
        final List<String> changes = new CopyOnWriteArrayList<>();
        final List<String> commands = new CopyOnWriteArrayList<>();
        final Set<ChannelName> wanted = ConcurrentHashMap.newKeySet();

        @Override
        public void tell(Envelope message) {
            messages.add(message);
        }

        @Override
        public void changed(String place, String personId) {
            changes.add(place + " " + personId);
        }

        @Override
        public void command(String name, List<String> arguments) {
            commands.add(name + " " + arguments);
        }

        @Override
        public CompletionStage<List<NodeAnswer>> call(NodeCall call) {
            throw new AssertionError("nobody calls");
        }

        List<Envelope> take() {
            var taken = List.copyOf(messages);
            messages.clear();
            return taken;
        }

        @Override
        public void listen(ChannelName channel) {
            assertThat(wanted.add(channel)).as("wanted only once: " + channel).isTrue();
        }

        @Override
        public void ignore(ChannelName channel) {
            assertThat(wanted.remove(channel)).as("was wanted: " + channel).isTrue();
        }
    }

    private Hub hub(Neighbours neighbours) {
        var own = new MemoryLog(
                "of " + System.identityHashCode(neighbours), CLOCK, new MemoryLog.Bounds(100, 1_000_000, 100));
        var kinds = new ChannelKinds(List.of("typing:*"), List.of("memory:*"));
        return new Hub(
                new LogsByKind(kinds, shared, own),
                kinds,
                Devices.NONE,
                new ObserverDiary(),
                ObjectJson.NONE,
                new HubLimits(100, 10, 10_000),
                CLOCK,
                neighbours,
                threads);
    }

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    private void publish(Hub hub, ChannelName channel, String json) {
        hub.publish(draft(channel, json)).toCompletableFuture().join();
    }

    private void handOn() {
        fromHere.take().forEach(there.remote()::heard);
        awaitDelivered();
    }

    private void lookAtHeads() {
        there.remote().lookAtHeads();
        awaitDelivered();
    }

    private void awaitDelivered() {
        assertThat(there.awaitDelivered(Duration.ofSeconds(20))).isTrue();
    }

    @Test
    void whatIsPublishedOnOneNodeIsHeardOnTheOther() {
        var bob = new TestClient(BOB).connect(there);
        publish(here, NEWS, "\"名前 😀\"");
        handOn();
        assertThat(bob.texts(NEWS)).containsExactly("\"名前 😀\"");
    }

    @Test
    void aMessageThatTheOthersWereNotToldOfIsFoundByLookingAtTheHeads() {
        var bob = new TestClient(BOB).connect(there);
        publish(here, NEWS, "1");
        publish(here, NEWS, "2");
        lookAtHeads();
        assertThat(bob.texts(NEWS)).containsExactly("1", "2");
    }

    @Test
    void aMessageOfWhichOnlyThePositionIsToldIsReadFromTheLog() {
        var bob = new TestClient(BOB).connect(there);
        publish(here, NEWS, "1");
        there.remote()
                .heard(NEWS, Objects.requireNonNull(fromHere.messages.get(0).position()));
        awaitDelivered();
        assertThat(bob.texts(NEWS)).containsExactly("1");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void lostDoubledAndReorderedNewsChangeNothing(long seed) {
        var random = new Random(seed);
        var bob = new TestClient(BOB).connect(there);
        for (var n = 1; n <= 300; n++) {
            publish(random.nextInt(4) == 0 ? there : here, NEWS, "" + n);
        }
        var news = new ArrayList<>(fromHere.messages);
        news.removeIf(message -> random.nextInt(3) == 0);
        news.addAll(news.subList(0, news.size() / 2));
        Collections.shuffle(news, random);
        news.forEach(there.remote()::heard);
        lookAtHeads();
        assertThat(bob.texts(NEWS)).isEqualTo(texts(1, 300));
    }

    @Test
    void newsOfAnEarlierLifeOfTheLogDisturbsNobody() {
        var bob = new TestClient(BOB).connect(there);
        publish(here, NEWS, "1");
        handOn();
        there.remote().heard(NEWS, new Position("an earlier life", 77));
        there.remote()
                .heard(new Envelope(
                        NEWS, new Position("an earlier life", 78), "event", ANN, null, CLOCK.instant(), "0"));
        publish(here, NEWS, "2");
        handOn();
        assertThat(bob.texts(NEWS)).containsExactly("1", "2");
        assertThat(bob.hasFallenBehind()).isFalse();
    }

    @Test
    void aVolatileMessageIsHeardOnceByWhoIsThere() {
        var bob = new TestClient(BOB).connect(there);
        bob.join(TYPING);
        publish(here, TYPING, "\"…\"");
        handOn();
        assertThat(bob.texts(TYPING)).containsExactly("\"…\"");
    }

    @Test
    void aMessageOfAChannelInMemoryIsKeptByEachNodeOnceAlsoIfItIsHeardTwice() {
        var bob = new TestClient(BOB).connect(there);
        bob.join(IN_MEMORY);
        publish(here, IN_MEMORY, "1");
        fromHere.messages.addAll(List.copyOf(fromHere.messages));
        publish(here, IN_MEMORY, "2");
        handOn();
        await().until(() -> bob.texts(IN_MEMORY).contains("2"));
        assertThat(bob.texts(IN_MEMORY)).containsExactly("1", "2");
        assertThat(there.latest(IN_MEMORY, 10)).hasSize(2);
        assertThat(fromThere.messages).as("it is not told back").isEmpty();
    }

    @Test
    void aMessageToOneConnectionReachesItOnTheOtherNode() {
        var bob = new TestClient(new Connection("connection-_-of-bobx", BOB));
        var member = bob.connect(there).member();
        publish(here, member.room(), "\"for you\"");
        handOn();
        await().until(() -> bob.texts(member.room()), List.of("\"for you\"")::equals);
    }

    @Test
    void aMessagePastTheLogToOneConnectionReachesItOnTheOtherNode() {
        var bob = new TestClient(new Connection("connection-_-of-bobx", BOB));
        var member = bob.connect(there).member();
        here.deliverUnlogged(draft(member.room(), "\"for you\""))
                .toCompletableFuture()
                .join();
        handOn();
        await().until(() -> bob.texts(member.room()), List.of("\"for you\"")::equals);
    }

    @Test
    void aLogThatBeganAnewIsFoundOutByWhoListens() {
        var bob = new TestClient(BOB).connect(there);
        publish(here, NEWS, "1");
        handOn();
        shared.beginAnew();
        publish(here, NEWS, "2");
        publish(here, NEWS, "3");
        lookAtHeads();
        assertThat(bob.hasFallenBehind())
                .as("it is told that messages may be missing")
                .isTrue();
        assertThat(bob.texts(NEWS)).containsExactly("1");
    }

    @Test
    void theOthersAreAskedForTheChannelsOfSubscribersAlone() {
        publish(here, ROOM, "1");
        assertThat(fromHere.wanted).isEmpty();
        var ann = new TestClient(ANN).connect(here);
        ann.join(ROOM);
        var ann2 = new TestClient(ANN).connect(here);
        ann2.join(ROOM);
        ann.member().leave(ROOM);
        assertThat(fromHere.wanted).contains(ROOM, NEWS);
        ann2.member().leave(ROOM);
        assertThat(fromHere.wanted).doesNotContain(ROOM).contains(NEWS);
    }

    @Test
    void aCommandIsDoneByTheOthers() {
        var done = new CopyOnWriteArrayList<String>();
        there.remote().on("greet", arguments -> done.add("hello " + arguments.get(0)));
        here.neighbours().command("greet", List.of("سلمى"));
        assertThat(fromHere.commands).containsExactly("greet [سلمى]");
        there.remote().heard("greet", List.of("سلمى"));
        there.remote().heard("something of a later version", List.of());
        await().until(() -> done, List.of("hello سلمى")::equals);
    }

    @Test
    void aHealthProbeIsNobodyElsesBusiness() throws Exception {
        here.roundTrip(Duration.ofSeconds(1));
        assertThat(fromHere.messages).isEmpty();
    }
}
