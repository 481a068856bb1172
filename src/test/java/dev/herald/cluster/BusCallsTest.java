package dev.herald.cluster;

import static java.lang.System.Logger.Level.WARNING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.herald.api.AllConnections;
import dev.herald.api.Attributes;
import dev.herald.api.ChannelName;
import dev.herald.api.Connection;
import dev.herald.api.ConnectionState;
import dev.herald.api.Envelope;
import dev.herald.api.Person;
import dev.herald.api.PersonPrincipal;
import dev.herald.api.UnansweredException;
import dev.herald.api.UnreachedNode;
import dev.herald.hub.Audience;
import dev.herald.hub.Bus;
import dev.herald.hub.ChannelKinds;
import dev.herald.hub.Devices;
import dev.herald.hub.Hub;
import dev.herald.hub.HubLimits;
import dev.herald.hub.LimitException;
import dev.herald.hub.Member;
import dev.herald.hub.MemoryLog;
import dev.herald.hub.ObjectJson;
import dev.herald.hub.PeerDeed;
import dev.herald.hub.PeerDeed.Verb;
import dev.herald.hub.RemotePeers;
import dev.herald.testing.FakeSubscriber;
import dev.herald.testing.FakeTimer;
import dev.herald.testing.NoObservers;
import dev.herald.testing.QuietLog;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Three nodes in one process, whose bus carries little, and does to it what the test wants. */
class BusCallsTest {

    private static final int MAX_BYTES = 300;
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final FakeTimer timer = new FakeTimer();
    private final AtomicLong clock = new AtomicLong();
    private final Map<String, Node> nodes = new ConcurrentHashMap<>();
    private volatile Trouble trouble = Trouble.NONE;
    private final Node here = new Node("here");
    private final Node there = new Node("there");
    private final Node third = new Node("third");

    /** What the bus does wrong. */
    private enum Trouble {
        NONE,
        DOUBLES,
        REORDERS,
        LOSES_ANSWERS
    }

    private final class Node implements Bus {

        final String name;
        final Set<String> listened = ConcurrentHashMap.newKeySet();
        final ExecutorService ear = Executors.newSingleThreadExecutor();
        final List<Runnable> held = new ArrayList<>();
        final BusCalls calls;
        final Hub hub;
        volatile @Nullable Listener listener;

        Node(String name) {
            this.name = name;
            calls = new BusCalls(this, this::others, () -> name, clock::get, threads);
            var neighbours = new BusNeighbours(
                    this,
                    new NoPeople(),
                    calls,
                    new NoCommands(),
                    () -> true,
                    channel -> true,
                    timer.asExecutor(),
                    threads);
            hub = new Hub(
                    new MemoryLog(name, Clock.systemUTC(), new MemoryLog.Bounds(1_000, 1_000_000, 1_000)),
                    new ChannelKinds(List.of(), List.of()),
                    Devices.NONE,
                    new NoObservers(),
                    ObjectJson.NONE,
                    new HubLimits(2_000, 5, 100),
                    Clock.systemUTC(),
                    neighbours,
                    threads);
            neighbours.start(hub);
            nodes.put(name, this);
        }

        Set<String> others() {
            return nodes.keySet().stream().filter(other -> !other.equals(name)).collect(Collectors.toUnmodifiableSet());
        }

        @Override
        public void start(Listener ears) {
            listener = ears;
        }

        @Override
        public void tell(String topic, String text) {
            assertThat(topic.length() + text.getBytes(StandardCharsets.UTF_8).length)
                    .isLessThanOrEqualTo(MAX_BYTES);
            if (trouble == Trouble.LOSES_ANSWERS && topic.startsWith("/answers/")) {
                return;
            }
            nodes.values().stream()
                    .filter(node -> node != this && node.listened.contains(topic))
                    .forEach(node -> node.hear(topic, text));
        }

        private void hear(String topic, String text) {
            Runnable hears = () -> Optional.ofNullable(listener).ifPresent(ears -> ears.heard(topic, text));
            if (trouble == Trouble.REORDERS) {
                synchronized (held) {
                    held.add(hears);
                }
                return;
            }
            ear.execute(hears);
            if (trouble == Trouble.DOUBLES) {
                ear.execute(hears);
            }
        }

        /** What was told meanwhile is heard in another order. */
        void letGo(Random random) {
            synchronized (held) {
                Collections.shuffle(held, random);
                held.forEach(ear::execute);
                held.clear();
            }
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
            ear.shutdownNow();
        }

        FakeSubscriber client(String id) {
            return client(new Connection(id, new Person(id, "Jürgen 名前 سلمى 😀")));
        }

        FakeSubscriber client(Connection connection) {
            var client = new FakeSubscriber(connection);
            hub.connect(client).waiting().forEach(one -> one.start(started -> true));
            return client;
        }

        Member member(String id) {
            return hub.peer(id).orElseThrow();
        }
    }

    private static final class NoCommands implements BusNeighbours.Commands {

        @Override
        public void add(BusMessage.Command command) {
            // The bus of this test loses none.
        }

        @Override
        public boolean isNew(BusMessage.Command command) {
            return true;
        }
    }

    private static final class NoPeople implements BusNeighbours.People {

        @Override
        public void changed(String place, String personId) {
            // Nobody counts them.
        }

        @Override
        public void heard() {
            // Nobody counts them.
        }
    }

    @AfterEach
    void end() {
        nodes.values().forEach(Node::close);
        threads.shutdownNow();
    }

    private static <T> T done(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join();
    }

    private Optional<List<String>> with(String id, Verb verb, String... arguments) {
        return done(here.hub.peers().with(id, PeerDeed.of(verb, arguments)));
    }

    private CompletionStage<Optional<List<String>>> ask(String id, String json) {
        return here.hub.peers().with(id, PeerDeed.ask(SECOND, "question", json));
    }

    private void time(Duration passed) {
        clock.addAndGet(passed.toNanos());
        here.calls.tick();
    }

    private static Audience all() {
        return new Audience("/", Set.of(), Set.of());
    }

    @Test
    void whatIsSentReachesTheConnectionOnItsNode() {
        var ann = there.client("ann");
        assertThat(with("ann", Verb.SEND, "offer", "\"名前 😀\"")).contains(List.of("true"));
        assertThat(ann.heard).singleElement().satisfies(message -> {
            assertThat(message.event()).isEqualTo("offer");
            assertThat(message.json()).isEqualTo("\"名前 😀\"");
        });
    }

    @Test
    void aShortCallThatTheBusDoublesIsDoneOnce() {
        trouble = Trouble.DOUBLES;
        var ann = there.client("ann");
        with("ann", Verb.SEND, "first", "1");
        with("ann", Verb.SEND, "second", "2");
        assertThat(ann.heard).extracting(Envelope::event).containsExactly("first", "second");
    }

    @Test
    void aConnectionOfThisNodeIsNobodyElsesBusiness() {
        trouble = Trouble.LOSES_ANSWERS;
        here.client("ann");
        assertThat(with("ann", Verb.SEND, "offer", "1")).contains(List.of("true"));
    }

    @Test
    void theConnectionJoinsLeavesAndIsDescribed() {
        there.client("ann");
        there.member("ann").put("shop", "tea");
        assertThat(with("ann", Verb.JOIN, "customers")).contains(List.of("true"));
        assertThat(with("ann", Verb.JOIN, "customers")).contains(List.of("false"));
        assertThat(with("ann", Verb.ROOMS).orElseThrow()).contains("customers");
        assertThat(with("ann", Verb.LEAVE, "customers")).contains(List.of("true"));
        assertThat(there.member("ann").isIn("customers")).isFalse();
        var described = PeerDeed.connection(with("ann", Verb.DESCRIBE).orElseThrow());
        assertThat(described).isEqualTo(there.member("ann").connection());
        assertThat(described.person().name()).isEqualTo("Jürgen 名前 سلمى 😀");
        assertThat(described.get("shop")).contains("tea");
    }

    @Test
    void theConnectionIsEnded() {
        var ann = there.client("ann");
        assertThat(with("ann", Verb.DISCONNECT)).contains(List.of("true"));
        assertThat(with("ann", Verb.CLOSE)).contains(List.of("true"));
        assertThat(ann.ends).containsExactly("end", "close");
    }

    @Test
    void ofAConnectionThatNobodyHasNothingComes() {
        assertThat(with("nobody", Verb.SEND, "offer", "1")).isEmpty();
    }

    @Test
    void whatTheOwnerThrowsTheCallerGets() {
        there.client("ann");
        assertThatThrownBy(() -> with("ann", Verb.SEND, "connect", "1"))
                .hasCauseInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("connect");
        IntStream.range(0, 5).forEach(n -> with("ann", Verb.JOIN, "room" + n));
        assertThatThrownBy(() -> with("ann", Verb.JOIN, "one more")).hasCauseInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> with("ann", Verb.JOIN, "one-more"))
                .hasCauseInstanceOf(IllegalStateException.class)
                .hasMessageContaining("5")
                .satisfies(thrown -> assertThat(thrown.getCause()).isNotInstanceOf(LimitException.class));
    }

    @Test
    void aClientOfAnotherNodeAnswers() {
        var ann = there.client("ann");
        var answer = ask("ann", "1");
        await().until(() -> ann.asked.equals(List.of("question1")));
        ann.answer.complete("\"ja\"");
        assertThat(done(answer)).contains(List.of("\"ja\""));
        assertThat(third.calls.waiting() + here.calls.waiting()).isZero();
    }

    @Test
    void aClientThatDoesNotAnswerIsTheCallersToKnow() {
        var ann = there.client("ann");
        ann.answer.completeExceptionally(new UnansweredException("planted"));
        assertThatThrownBy(() -> done(ask("ann", "1")))
                .hasCauseInstanceOf(UnansweredException.class)
                .hasMessageContaining("planted");
    }

    @ParameterizedTest
    @EnumSource(
            value = Trouble.class,
            names = {"NONE", "DOUBLES", "REORDERS"})
    void longCallsAndAnswersGoInPartsAndAreDoneOnce(Trouble what) {
        var ann = there.client("ann");
        var random = new Random(7);
        var text = "\"" + "x\\u0001ü名😀".repeat(20_000) + "\"";
        ann.answer.complete(text);
        trouble = what;
        var answer = ask("ann", text);
        await().pollInterval(Duration.ofMillis(10)).until(() -> {
            nodes.values().forEach(node -> node.letGo(random));
            return answer.toCompletableFuture().isDone();
        });
        assertThat(done(answer)).contains(List.of(text));
        assertThat(ann.asked).containsExactly("question" + text);
    }

    @Test
    void whatIsTooLargeFailsWithItsSize() {
        there.client("ann");
        var text = "\"" + "x".repeat(Letters.LONGEST) + "\"";
        assertThatThrownBy(() -> done(ask("ann", text)))
                .hasCauseInstanceOf(UnansweredException.class)
                .hasMessageContaining("the call is too large");
        there.client("bob").answer.complete(text);
        assertThatThrownBy(() -> done(ask("bob", "1")))
                .hasCauseInstanceOf(UnansweredException.class)
                .hasMessageContaining("the answer of the node there is too large");
    }

    @Test
    void aLostAnswerIsToldWhenTheTimeIsOver() {
        there.client("ann");
        trouble = Trouble.LOSES_ANSWERS;
        var sent = here.hub.peers().with("ann", PeerDeed.of(Verb.SEND, "offer", "1"));
        time(Duration.ofMillis(4_999));
        assertThat(sent.toCompletableFuture()).isNotDone();
        time(Duration.ofMillis(1));
        assertThatThrownBy(() -> done(sent))
                .hasCauseInstanceOf(UnansweredException.class)
                .hasMessageContaining("did not answer within 5000 ms");
        assertThat(here.calls.waiting()).isZero();
    }

    @Test
    void aNodeThatDiesIsWaitedForNoMore() {
        var ann = here.client("ann");
        var bob = there.client("bob");
        var cem = third.client("cem");
        ann.answer.complete("1");
        cem.answer.complete("3");
        var asked = here.hub.peers().ask(all(), "question", "0", SECOND);
        await().until(() -> bob.asked.size() + cem.asked.size() == 2);
        nodes.remove("there").close();
        here.calls.left("there");
        var answers = done(asked);
        assertThat(answers.unreached()).containsExactly(new UnreachedNode("there", "the node there is gone"));
        assertThat(answers.found())
                .containsExactly(new RemotePeers.Reply(third.member("cem").connection(), "3", null));
    }

    @Test
    void eachNodeAsksThoseWhomItIsFor() {
        for (var node : List.of(there, third)) {
            for (var n = 0; n < 3; n++) {
                var client = node.client(node.name + n);
                client.answer = n == 2
                        ? CompletableFuture.failedFuture(new UnansweredException("planted"))
                        : CompletableFuture.completedFuture("\"" + n + "\"");
                node.member(node.name + n).join("room");
            }
        }
        there.client("outside");
        var room = new Audience("/", Set.of(new ChannelName("room")), Set.of("third1"));
        var answers = done(here.hub.peers().ask(room, "question", "0", SECOND));
        assertThat(answers.unreached()).isEmpty();
        assertThat(answers.found())
                .extracting(reply -> reply.connection().id() + " " + reply.json() + " " + reply.why())
                .containsExactlyInAnyOrder(
                        "there0 \"0\" null",
                        "there1 \"1\" null",
                        "there2 null planted",
                        "third0 \"0\" null",
                        "third2 null planted");
    }

    @Test
    void theConnectionsOfAllNodesAreListed() {
        here.client("ann");
        var attributes = new Attributes(Map.of("a", "1", "b", "\"😀\""));
        var bob = new Person("bob", "Bob");
        there.client(new Connection("bob-1", bob, "/shop", new ConnectionState(new PersonPrincipal(bob), attributes)));
        IntStream.range(0, 1_000).forEach(n -> third.client("client" + n));
        var all = done(here.hub.peers().list(all()));
        assertThat(all.areComplete()).isTrue();
        assertThat(all.open()).hasSize(1_001).extracting(Connection::id).startsWith("ann");
        var shop = done(here.hub.peers().list(new Audience("/shop", Set.of(), Set.of())));
        assertThat(shop).isEqualTo(new AllConnections(List.of(new Connection("bob-1", bob, "/shop")), List.of()));
        assertThat(shop.open().get(0).state().attributes()).isEqualTo(attributes);
    }

    @Test
    void onlySoManyCallsWait() {
        trouble = Trouble.LOSES_ANSWERS;
        var calls = new CopyOnWriteArrayList<CompletionStage<?>>();
        for (var n = 0; n < BusCalls.CALLS; n++) {
            calls.add(ask("nobody", "1"));
        }
        assertThatThrownBy(() -> done(ask("nobody", "1")))
                .isInstanceOf(CompletionException.class)
                .hasMessageContaining("as many answers of others as it may: 1000");
        time(Duration.ofSeconds(10));
        assertThat(calls).allSatisfy(call -> assertThatThrownBy(() -> done(call)));
        assertThat(here.calls.waiting()).isZero();
    }

    @Test
    void aCallThatThisVersionDoesNotKnowFailsAndIsLoggedOnce() {
        QuietLog.allow(WARNING, "a call of another node could not be answered");
        var call = here.hub
                .neighbours()
                .call(new dev.herald.hub.NodeCall("x", List.of("of tomorrow"), SECOND, answer -> false));
        assertThat(done(call))
                .hasSize(2)
                .allSatisfy(answer -> assertThat(answer.failure()).contains("knows no call of tomorrow"));
    }

    @Test
    void aNodeThatIsAloneCallsNobody() {
        nodes.remove("there");
        nodes.remove("third");
        there.client("ann");
        assertThat(with("ann", Verb.SEND, "offer", "1")).isEmpty();
        assertThat(done(here.hub.peers().list(all())).areComplete()).isTrue();
    }
}
