package dev.herald.cluster;

import static java.lang.System.Logger.Level.WARNING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.herald.api.ChannelKind;
import dev.herald.api.ChannelName;
import dev.herald.api.Connection;
import dev.herald.api.Person;
import dev.herald.api.Position;
import dev.herald.hub.Appended;
import dev.herald.hub.Bus;
import dev.herald.hub.ChannelKinds;
import dev.herald.hub.Delivery;
import dev.herald.hub.Devices;
import dev.herald.hub.Draft;
import dev.herald.hub.Hub;
import dev.herald.hub.HubLimits;
import dev.herald.hub.Log;
import dev.herald.hub.LogUnavailableException;
import dev.herald.hub.MemoryLog;
import dev.herald.hub.Neighbours;
import dev.herald.hub.ObjectJson;
import dev.herald.hub.Page;
import dev.herald.hub.Replay;
import dev.herald.hub.Subscriber;
import dev.herald.testing.FakeTimer;
import dev.herald.testing.NoObservers;
import dev.herald.testing.QuietLog;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two hubs with one log; one of them is behind a bus that the test holds in its hands. */
class BusNeighboursTest {

    private static final int MAX_BYTES = 300;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final FakeTimer timer = new FakeTimer();
    private final HeldBus bus = new HeldBus();
    private final List<String> changed = new CopyOnWriteArrayList<>();
    private final BusNeighbours.People people = new BusNeighbours.People() {

        @Override
        public void changed(String place, String personId) {
            changed.add(place + " " + personId);
        }

        @Override
        public void heard() {
            changed.add("on another node");
        }
    };
    private final Set<BusMessage.Command> done = ConcurrentHashMap.newKeySet();
    private final BusNeighbours.Commands commands = new BusNeighbours.Commands() {

        @Override
        public void add(BusMessage.Command command) {
            done.add(command);
        }

        @Override
        public boolean isNew(BusMessage.Command command) {
            return done.add(command);
        }
    };
    private volatile boolean hasOthers = true;
    private final BusNeighbours neighbours = new BusNeighbours(
            bus,
            people,
            new BusCalls(bus, Set::of, () -> "here", System::nanoTime, threads),
            commands,
            () -> hasOthers,
            channel -> !channel.value().startsWith("typing:"),
            timer.asExecutor(),
            threads);
    private final SharedLog log = new SharedLog();
    private final Hub hub = hub(neighbours);

    private Hub hub(Neighbours others) {
        return new Hub(
                log,
                new ChannelKinds(List.of("typing:*"), List.of()),
                Devices.NONE,
                new NoObservers(),
                ObjectJson.NONE,
                new HubLimits(10, 10, 100),
                Clock.systemUTC(),
                others,
                threads);
    }

    private static final class SharedLog implements Log {

        final Log log = new MemoryLog("life", Clock.systemUTC(), new MemoryLog.Bounds(1_000, 1_000_000, 10));
        volatile boolean isAway;

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
            if (isAway) {
                throw new LogUnavailableException("the database is away");
            }
            return log.head(channel);
        }
    }

    private static final class HeldBus implements Bus {

        volatile boolean refuses;
        final List<String> told = new CopyOnWriteArrayList<>();
        final Set<String> listened = ConcurrentHashMap.newKeySet();

        @Override
        public void start(Listener listener) {
            // The test calls the listener.
        }

        @Override
        public void tell(String topic, String text) {
            if (refuses) {
                throw new IllegalArgumentException("planted");
            }
            assertThat(topic.length() + text.getBytes(StandardCharsets.UTF_8).length)
                    .isLessThanOrEqualTo(MAX_BYTES);
            told.add(text);
        }

        @Override
        public void listen(String topic) {
            listened.add(topic);
        }

        @Override
        public void ignore(String topic) {
            listened.remove(topic);
        }

        @Override
        public int maxBytes() {
            return MAX_BYTES;
        }

        @Override
        public State state() {
            return new State(true, 0, 0, 0, 0);
        }

        @Override
        public void close() {
            told.add("closed");
        }
    }

    private static final class Reader implements Subscriber {

        final List<String> heard = new CopyOnWriteArrayList<>();
        private final Connection connection = new Connection("bob-1", new Person("bob", "Bob"));

        Reader in(Hub hub) {
            hub.connect(this).waiting().forEach(one -> one.start(started -> true));
            return this;
        }

        @Override
        public Connection connection() {
            return connection;
        }

        @Override
        public boolean offer(Delivery delivery) {
            return heard.add(delivery.message().json());
        }

        @Override
        public void end(boolean transportToo) {
            throw new AssertionError("nobody ends it");
        }

        @Override
        public void flush() {
            // It reads at once.
        }

        @Override
        public void fellBehind() {
            heard.add("fell behind");
        }
    }

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    private static Draft draft(ChannelName channel, String json) {
        return new Draft(channel, "news", new Person("ann", "Ann"), null, json, null);
    }

    private void publishElsewhere(String json) {
        log.append(draft(ChannelName.NEWS, json)).toCompletableFuture().join();
    }

    private void publish(ChannelName channel, String json) {
        hub.publish(draft(channel, json)).toCompletableFuture().join();
    }

    @Test
    void whatIsPublishedIsToldWhole() {
        neighbours.start(hub);
        publish(ChannelName.NEWS, "\"名前\"");
        var told = (BusMessage.Published) BusMessage.read(bus.told.get(0));
        assertThat(told.message().json()).isEqualTo("\"名前\"");
    }

    @Test
    void ofALargeMessageThePositionIsTold() {
        neighbours.start(hub);
        publish(ChannelName.NEWS, "\"" + "ü".repeat(140) + "\"");
        assertThat(BusMessage.read(bus.told.get(0)))
                .isEqualTo(new BusMessage.Look(ChannelName.NEWS, log.head(ChannelName.NEWS)));
    }

    @Test
    void aMessageUpToTheLastByteIsToldWhole() {
        neighbours.start(hub);
        publish(ChannelName.NEWS, "\"\"");
        var rest = MAX_BYTES - "news".length() - bus.told.get(0).length();
        publish(ChannelName.NEWS, "\"" + "x".repeat(rest) + "\"");
        publish(ChannelName.NEWS, "\"" + "x".repeat(rest + 1) + "\"");
        assertThat(bus.told.stream().map(BusMessage::read).map(Object::getClass).toList())
                .isEqualTo(List.of(BusMessage.Published.class, BusMessage.Published.class, BusMessage.Look.class));
    }

    @Test
    void whatTheBusCannotCarryIsNoFailureOfItsPublisher() {
        neighbours.start(hub);
        QuietLog.expect(WARNING, "cannot be told to the other nodes", "planted");
        bus.refuses = true;
        publish(new ChannelName("typing:room"), "1");
        assertThat(bus.told).isEmpty();
    }

    @Test
    void aVolatileMessageThatIsTooLargeIsReported() {
        neighbours.start(hub);
        QuietLog.expect(WARNING, "is too large for the bus");
        publish(new ChannelName("typing:room"), "\"" + "x".repeat(MAX_BYTES) + "\"");
        assertThat(bus.told).isEmpty();
    }

    @Test
    void aNodeThatIsAloneTellsNobodyAndLooksAtNothing() {
        hasOthers = false;
        neighbours.start(hub);
        var bob = new Reader().in(hub);
        publishElsewhere("1");
        timer.tick();
        publish(ChannelName.NEWS, "2");
        await().until(() -> bob.heard.contains("2"));
        assertThat(bus.told).isEmpty();
    }

    @Test
    void whatTheBusLostIsFoundAtTheNextLook() {
        neighbours.start(hub);
        var bob = new Reader().in(hub);
        publishElsewhere("1");
        await().until(() -> {
            timer.tick();
            return bob.heard.equals(List.of("1"));
        });
    }

    @Test
    void whatWasPublishedBeforeTheTopicWasListenedToIsLookedFor() {
        neighbours.start(hub);
        var bob = new Reader().in(hub);
        assertThat(bus.listened).contains("news");
        publishElsewhere("1");
        neighbours.listening("news");
        await().until(() -> bob.heard, List.of("1")::equals);
    }

    @Test
    void whatIsHeardIsDelivered() {
        neighbours.start(hub);
        var bob = new Reader().in(hub);
        publishElsewhere("1");
        neighbours.heard("news", BusMessage.look(ChannelName.NEWS, log.head(ChannelName.NEWS)));
        await().until(() -> bob.heard, List.of("1")::equals);
    }

    @Test
    void nonsenseOnTheBusIsReportedAndIgnored() {
        neighbours.start(hub);
        QuietLog.expect(WARNING, "the bus told something");
        neighbours.heard("news", "nonsense");
        assertThat(Objects.requireNonNull(bus.told)).isEmpty();
    }

    @Test
    void aLogThatCannotBeReadIsTriedAgain() {
        neighbours.start(hub);
        var bob = new Reader().in(hub);
        QuietLog.allow(WARNING, "messages of other nodes cannot be looked for");
        log.isAway = true;
        publishElsewhere("1");
        neighbours.listening("news");
        log.isAway = false;
        await().until(() -> {
            timer.tick();
            return bob.heard.equals(List.of("1"));
        });
    }

    @Test
    void noClientCanMakeANodeDeafToTheOthersByLeavingAChannel() {
        neighbours.start(hub);
        var topics = Set.copyOf(bus.listened);
        var bob = new Reader();
        var member = hub.connect(bob);
        for (var name : List.of("herald:commands", "herald:people", "herald:connections", "commands", "people")) {
            member.join(new ChannelName(name));
            member.leave(new ChannelName(name));
        }
        assertThat(bus.listened).containsAll(topics);
        assertThat(topics).isNotEmpty().allMatch(topic -> topic.startsWith("/"));
    }

    @Test
    void whoComesAndGoesIsNoted() {
        neighbours.start(hub);
        new Reader().in(hub);
        assertThat(changed).contains("/ bob", "news bob").doesNotContain("user:bob bob");
        neighbours.heard("/people", "");
        assertThat(changed).contains("on another node");
    }

    @Test
    void itEndsTheBus() {
        neighbours.close();
        assertThat(bus.told).containsExactly("closed");
        assertThat(timer.isCancelled()).isTrue();
    }

    @Test
    void whatIsToBeDoneIsToldAndKeptAndDoneOnceByWhoHearsItTwice() {
        var did = new CopyOnWriteArrayList<List<String>>();
        hub.remote().on("wave", did::add);
        neighbours.start(hub);
        neighbours.command("wave", List.of("ann"));
        assertThat(done).hasSize(1);
        assertThat(BusMessage.read(bus.told.get(0))).isEqualTo(done.iterator().next());

        var wanted = BusMessage.command(new BusMessage.Command("x-1", "wave", List.of("bob")));
        var another = BusMessage.command(new BusMessage.Command("x-2", "wave", List.of("cid")));
        List.of(wanted, wanted, another).forEach(text -> neighbours.heard("/commands", text));
        await().until(() -> did.contains(List.of("cid")));
        assertThat(did).containsExactly(List.of("bob"), List.of("cid"));
    }
}
