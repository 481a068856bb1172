package dev.herald.document;

import static dev.herald.document.PatchTest.json;
import static dev.herald.document.PatchTest.patch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.LIST;

import dev.herald.api.ChannelName;
import dev.herald.api.Envelope;
import dev.herald.api.Person;
import dev.herald.api.Position;
import dev.herald.api.RefusedException;
import dev.herald.hub.Appended;
import dev.herald.hub.ChannelKinds;
import dev.herald.hub.Draft;
import dev.herald.hub.Hub;
import dev.herald.hub.HubLimits;
import dev.herald.hub.Log;
import dev.herald.hub.Page;
import dev.herald.hub.Replay;
import dev.herald.hub.Snapshots;
import dev.herald.testing.NoObservers;
import jakarta.json.JsonValue;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What documents promise on every log and with every keeper of snapshots. */
public abstract class DocumentsContract {

    static final Person ANN = new Person("ann", "Ann");
    static final Person BOB = new Person("bob", "Jürgen 名前");
    static final int EVERY = 10;

    private final List<AutoCloseable> toClose = new ArrayList<>();
    private ExecutorService threads;
    private Log log;
    private Snapshots snapshots;
    private Documents documents;

    /** A new and empty log. */
    protected abstract Log createLog() throws Exception;

    /** Snapshots beside this log. */
    protected abstract Snapshots createSnapshots() throws Exception;

    @BeforeEach
    void open() throws Exception {
        threads = Executors.newCachedThreadPool();
        log = createLog();
        snapshots = createSnapshots();
        documents = node(log, DocumentRules.NONE);
    }

    @AfterEach
    void close() throws Exception {
        for (var one : toClose) {
            one.close();
        }
        threads.shutdownNow();
        assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }

    /** Another node on the same log. */
    private Documents node(Log its, DocumentRules rules) {
        var settings = new DocumentSettings(10_000, EVERY, 100_000, 50_000, 8);
        var made = new Documents(hub(its), its, snapshots, rules, settings, Clock.systemUTC(), threads);
        toClose.add(made);
        return made;
    }

    private Hub hub(Log its) {
        return new Hub(
                its,
                new ChannelKinds(List.of("*"), List.of()),
                new NoObservers(),
                new HubLimits(100, 10, 1_000),
                Clock.systemUTC(),
                threads);
    }

    private static Change merge(String json) {
        return Change.of("merge", json(json));
    }

    private Changed change(String name, Change change) {
        return await(documents.change(name, ANN, null, null, change));
    }

    private JsonValue value(String name) {
        return await(documents.read(name)).value();
    }

    private static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new AssertionError(e);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private List<Envelope> all(String name) {
        var channel = ChannelName.ofDocument(name);
        var replay = log.since(channel, new Position(log.head(channel).epoch(), 0), 1_000_000);
        assertThat(replay).isInstanceOf(Replay.Complete.class);
        return ((Replay.Complete) replay).messages();
    }

    @Test
    void isAnEmptyObjectUntilSomebodyWrites() {
        var state = await(documents.read("new"));

        assertThat(state.version()).isZero();
        assertThat(state.value()).isEqualTo(JsonValue.EMPTY_JSON_OBJECT);
        assertThat(all("new")).isEmpty();
    }

    @Test
    void numbersItsVersionsAndTellsThemAsMessages() {
        assertThat(change("d", merge("{'a':1,'名前':'😀'}")).position().offset()).isEqualTo(1);
        var second = await(documents.change("d", BOB, 1L, "id-1", patch("[{'op':'remove','path':'/a'}]")));

        assertThat(second.position().offset()).isEqualTo(2);
        assertThat(second.duplicate()).isFalse();
        assertThat(value("d")).isEqualTo(json("{'名前':'😀'}"));
        var last = all("d").get(1);
        assertThat(last.event()).isEqualTo("doc:changed");
        assertThat(last.from()).isEqualTo(BOB);
        var data = last.data().asJsonObject();
        assertThat(data.getString("name")).isEqualTo("d");
        assertThat(data.getInt("version")).isEqualTo(2);
        assertThat(data.getString("epoch")).isEqualTo(second.position().epoch());
        assertThat(data.getJsonObject("by")).isEqualTo(json("{'id':'bob','name':'Jürgen 名前'}"));
        assertThat(data.getString("at")).endsWith("Z");
        assertThat(data.getString("id")).isEqualTo("id-1");
        assertThat(data.get("patch")).isEqualTo(json("[{'op':'remove','path':'/a'}]"));
    }

    @Test
    void makesARepeatedChangeOnce() {
        var add = patch("[{'op':'add','path':'/list/-','value':1}]");
        change("d", merge("{'list':[]}"));
        var first = await(documents.change("d", ANN, 1L, "id-1", add));
        change("d", merge("{'b':1}"));

        var repeat = await(documents.change("d", ANN, 1L, "id-1", add));

        assertThat(repeat).isEqualTo(new Changed(first.position(), true));
        assertThat(value("d")).isEqualTo(json("{'list':[1],'b':1}"));
        assertThat(await(documents.change("d", BOB, 1L, "id-1", add)).duplicate())
                .as("another person's id")
                .isFalse();
    }

    @Test
    void knowsARepeatThatDoesNotFitAnyMore() {
        change("d", merge("{'a':1}"));
        var once = patch("[{'op':'test','path':'/a','value':1},{'op':'replace','path':'/a','value':2}]");
        var first = await(documents.change("d", ANN, 1L, "id-1", once));

        assertThat(await(documents.change("d", ANN, 1L, "id-1", once))).isEqualTo(new Changed(first.position(), true));
        assertThat(all("d")).hasSize(2);
    }

    @Test
    void refusesWhatDoesNotFitWithTheValueThatIsThere() {
        change("d", merge("{'a':1}"));
        var replace = patch("[{'op':'test','path':'/a','value':0},{'op':'replace','path':'/a','value':2}]");

        assertRefused(documents.change("d", ANN, 1L, "id-1", replace), "invalid", 0);
        assertRefused(documents.change("d", ANN, null, null, replace), "invalid", 0);
        assertRefused(documents.change("d", ANN, 0L, "id-2", replace), "conflict", 0);
        assertRefused(documents.change("d", ANN, 2L, "id-3", merge("{'b':2}")), "conflict", -1);
        assertThat(all("d")).hasSize(1);
        assertThat(await(documents.change("d", ANN, 1L, "id-1", merge("{'b':2}")))
                        .duplicate())
                .as("a refused id is free")
                .isFalse();
    }

    private static ChangeException assertRefused(CompletionStage<Changed> stage, String code, int index) {
        var refusals = new ArrayList<ChangeException>();
        assertThatThrownBy(() -> await(stage)).isInstanceOfSatisfying(ChangeException.class, e -> {
            assertThat(e.code()).isEqualTo(code);
            assertThat(e.index().orElse(-1)).isEqualTo(index);
            assertThat(e.head()).isPresent();
            refusals.add(e);
        });
        return refusals.get(0);
    }

    @Test
    void takesAnIndexFromSomebodyWhoIsBehindOnlyWithATest() {
        change("d", merge("{'a':[1,2]}"));
        change("d", patch("[{'op':'add','path':'/a/0','value':0}]"));

        var refusal = assertRefused(
                documents.change("d", ANN, 1L, null, patch("[{'op':'remove','path':'/a/0'}]")), "conflict", -1);
        assertThat(refusal.head().orElseThrow().value()).isEqualTo(json("{'a':[0,1,2]}"));
        assertThat(refusal.head().orElseThrow().version()).isEqualTo(2);
        assertRefused(
                documents.change(
                        "d",
                        ANN,
                        1L,
                        null,
                        patch("[{'op':'test','path':'/a/0','value':1},{'op':'remove','path':'/a/0'}]")),
                "conflict",
                0);
        await(documents.change(
                "d", ANN, 1L, null, patch("[{'op':'test','path':'/a/1','value':1},{'op':'remove','path':'/a/1'}]")));
        await(documents.change("d", ANN, 1L, null, patch("[{'op':'add','path':'/a/-','value':3}]")));
        assertThat(value("d")).isEqualTo(json("{'a':[0,2,3]}"));
    }

    @Test
    void staysWithinItsSize() {
        change("d", merge("{'a':'" + "x".repeat(9_900) + "'}"));

        assertRefused(
                documents.change("d", ANN, null, null, merge("{'b':'" + "x".repeat(200) + "'}")), "too-large", -1);
        change("d", merge("{'a':'" + "y".repeat(9_900) + "'}"));
        assertRefused(
                documents.change("d", ANN, null, null, patch("[{'op':'copy','from':'/a','path':'/b'}]")),
                "too-large",
                -1);
        change("d", merge("{'a':null}"));
        change("d", merge("{'b':'" + "x".repeat(200) + "'}"));
    }

    @Test
    void keepsWhatLooksLikeBytesAsItIs() {
        change("d", merge("{'a':{'$bytes':'AA=='},'$args':[1]}"));

        assertThat(value("d")).isEqualTo(json("{'a':{'$bytes':'AA=='},'$args':[1]}"));
        assertThat(await(node(log, DocumentRules.NONE).read("d")).value())
                .isEqualTo(json("{'a':{'$bytes':'AA=='},'$args':[1]}"));
    }

    @Test
    void opensWithTheChangesSinceWhenTheyAreSmaller() {
        change("d", merge("{'text':'" + "x".repeat(5_000) + "'}"));
        change("d", merge("{'a':1}"));
        var third = change("d", merge("{'b':1}")).position();

        var all = await(documents.open("d", null));
        assertThat(all.position()).isEqualTo(third);
        assertThat(all.value()).contains("xxx").contains("\"b\":1");
        assertThat(all.changes()).isNull();
        var since = new Position(third.epoch(), 1);
        assertThat(await(documents.open("d", since)).changes())
                .asInstanceOf(LIST)
                .hasSize(2)
                .last()
                .asString()
                .contains("\"version\":3", "\"merge\":{\"b\":1}");
        assertThat(await(documents.open("d", third)).changes()).isEmpty();
        for (var other :
                List.of(new Position("other", 1), new Position(third.epoch(), 4), new Position(third.epoch(), 0))) {
            assertThat(await(documents.open("d", other)).value()).isNotNull();
        }
    }

    @Test
    void isReadFromASnapshotAndFewChanges() {
        for (var n = 1; n <= 10 * EVERY + 3; n++) {
            change("d", merge("{'n':" + n + ",'m" + n + "':1}"));
        }
        assertThat(snapshots.latest("d").orElseThrow().version()).isGreaterThanOrEqualTo(10L * EVERY);
        var reading = new CountingLog(log);

        assertThat(await(node(reading, DocumentRules.NONE).read("d")).value()).isEqualTo(value("d"));
        assertThat(reading.messages.get()).isLessThanOrEqualTo(EVERY);
    }

    @Test
    void leavesTheMemoryWhenOthersAreUsed() {
        for (var n = 0; n < 100; n++) {
            change("d" + n, merge("{'a':'" + "x".repeat(5_000) + "'}"));
        }

        assertThat(documents.residents()).isLessThan(15);
        for (var n = 0; n < 100; n++) {
            assertThat(value("d" + n).asJsonObject().getString("a")).hasSize(5_000);
        }
    }

    @Test
    void asksTheApplication() {
        var rules = new DocumentRules() {

            @Override
            public JsonValue check(String name, @Nullable Person by, DocumentState before, JsonValue after) {
                var sum = after.asJsonObject().getInt("a", 0)
                        + after.asJsonObject().getInt("b", 0);
                if (sum > 10) {
                    throw ChangeException.refused("too-much", "the sum is at most 10");
                }
                return PatchTest.JSON
                        .createObjectBuilder(after.asJsonObject())
                        .add("sum", sum)
                        .build();
            }

            @Override
            public Optional<JsonValue> source(String name) {
                return name.equals("known") ? Optional.of(json("{'a':3}")) : Optional.empty();
            }
        };
        documents = node(log, rules);

        assertThat(value("known")).isEqualTo(json("{'a':3}"));
        assertThat(all("known")).hasSize(1);
        assertThat(change("known", merge("{'b':4}")).position().offset()).isEqualTo(2);
        assertThat(value("known")).isEqualTo(json("{'a':3,'b':4,'sum':7}"));
        var refusal = assertRefused(documents.change("known", ANN, 2L, "id-1", merge("{'b':8}")), "too-much", -1);
        assertThat(refusal).hasMessage("the sum is at most 10");
        assertThat(value("unknown")).isEqualTo(json("{}"));
        var other = node(log, rules);
        assertThat(await(other.change("known", BOB, null, null, merge("{'b':5}")))
                        .position()
                        .offset())
                .isEqualTo(3);
        assertThat(value("known")).isEqualTo(json("{'a':3,'b':5,'sum':8}"));
        assertThat(await(node(log, DocumentRules.NONE).read("known")).value()).isEqualTo(value("known"));
    }

    @Test
    void doesNotAskTheApplicationWhetherADocumentMayBeRead() {
        documents = node(log, new DocumentRules() {

            @Override
            public JsonValue check(String name, @Nullable Person by, DocumentState before, JsonValue after) {
                throw ChangeException.refused("closed", "nothing may be changed");
            }

            @Override
            public Optional<JsonValue> source(String name) {
                return Optional.empty();
            }
        });

        assertThat(value("new")).isEqualTo(json("{}"));
        assertThat(await(documents.change("new", null, value -> value))
                        .position()
                        .offset())
                .isZero();
        assertRefused(documents.change("new", ANN, null, null, merge("{}")), "closed", -1);
    }

    @Test
    void beginsWithWhatTheApplicationHasOnlyOnce() throws Exception {
        var rules = new DocumentRules() {

            @Override
            public JsonValue check(String name, @Nullable Person by, DocumentState before, JsonValue after) {
                return after;
            }

            @Override
            public Optional<JsonValue> source(String name) {
                return Optional.of(json("{'from':'the source'}"));
            }
        };
        var nodes = List.of(node(log, rules), node(log, rules), node(log, rules));
        for (var round = 0; round < 20; round++) {
            var name = "d" + round;
            var stages = new ArrayList<CompletionStage<?>>();
            for (var node : nodes) {
                stages.add(node.read(name));
                stages.add(node.change(name, ANN, null, null, merge("{'a':1}")));
            }
            stages.forEach(DocumentsContract::await);
            assertThat(all(name)).hasSize(4);
            assertThat(all(name).get(0).json()).contains("the source");
            assertThat(await(nodes.get(0).read(name)).value()).isEqualTo(json("{'from':'the source','a':1}"));
        }
    }

    @Test
    void judgesNoChangeByWhatItWasBeforeAnotherNodeChangedIt() {
        var other = node(log, DocumentRules.NONE);
        assertThat(await(other.read("d")).version()).isZero();
        change("d", merge("{'a':1,'list':[1]}"));

        assertThat(await(other.change("d", BOB, 1L, null, merge("{'b':1}")))
                        .position()
                        .offset())
                .isEqualTo(2);
        change("d", merge("{'a':2}"));
        var test = patch("[{'op':'test','path':'/a','value':2},{'op':'replace','path':'/a','value':3}]");
        assertThat(await(other.change("d", BOB, 3L, null, test)).position().offset())
                .isEqualTo(4);
        change("d", merge("{'c':1}"));
        var refusal = assertRefused(other.change("d", BOB, 4L, null, test), "conflict", 0);
        assertThat(refusal.head().orElseThrow().version()).isEqualTo(5);
        change("d", merge("{'c':2}"));
        assertThat(await(other.change("d", BOB, value -> json("{'a':3,'b':1,'c':1,'list':[1]}")))
                        .position()
                        .offset())
                .as("it is not what it is to become any more")
                .isEqualTo(7);
    }

    @Test
    void isComputedAnewWhenOthersWereFaster() {
        change("d", merge("{'n':0}"));
        var nodes = List.of(documents, node(log, DocumentRules.NONE), node(log, DocumentRules.NONE));
        var stages = new ArrayList<CompletionStage<Changed>>();

        for (var n = 0; n < 100; n++) {
            for (var node : nodes) {
                stages.add(node.change(
                        "d",
                        null,
                        value -> PatchTest.JSON
                                .createObjectBuilder()
                                .add("n", value.asJsonObject().getInt("n") + 1)
                                .build()));
            }
        }
        var taken = 0;
        for (var stage : stages) {
            try {
                await(stage);
                taken++;
            } catch (RefusedException e) {
                assertThat(e.reason()).isEqualTo(RefusedException.Reason.OVERLOADED);
            }
        }

        assertThat(value("d").asJsonObject().getInt("n")).isEqualTo(taken).isGreaterThan(100);
    }

    @Test
    void takesNoMoreThanMayWaitForALogThatDoesNotAnswer() {
        var silent = new PassingLog(log) {
            @Override
            public CompletionStage<Appended> append(Draft draft) {
                return new CompletableFuture<>();
            }
        };
        var few = new DocumentSettings(10_000, EVERY, 100, 50_000, 8);
        try (var node =
                new Documents(hub(silent), silent, snapshots, DocumentRules.NONE, few, Clock.systemUTC(), threads)) {
            for (var n = 0; n < 100; n++) {
                assertThat(node.change("d", ANN, null, null, merge("{'n':" + n + "}"))
                                .toCompletableFuture()
                                .isCompletedExceptionally())
                        .isFalse();
            }
            for (var n = 0; n < 10; n++) {
                var stage = node.change("d" + n, ANN, null, null, merge("{}"));
                assertThatThrownBy(() -> await(stage))
                        .isInstanceOfSatisfying(
                                RefusedException.class,
                                e -> assertThat(e.reason()).isEqualTo(RefusedException.Reason.OVERLOADED));
            }
        }
    }

    @Test
    void refusesAValueOfTheApplicationsThatIsNestedTooDeep() {
        var deep = json("{'a':".repeat(241) + "1" + "}".repeat(241));
        documents = node(log, new DocumentRules() {

            @Override
            public JsonValue check(String name, @Nullable Person by, DocumentState before, JsonValue after) {
                return deep;
            }

            @Override
            public Optional<JsonValue> source(String name) {
                return name.equals("deep") ? Optional.of(deep) : Optional.empty();
            }
        });

        assertRefused(documents.change("d", ANN, null, null, merge("{'a':1}")), "invalid", -1);
        assertThatThrownBy(() -> await(documents.read("deep"))).isInstanceOf(ChangeException.class);
        assertThat(all("d")).isEmpty();
        assertThat(all("deep")).isEmpty();
    }

    @Test
    void tellsWhenTheLogTakesNothingAndGoesOnAfterwards() {
        var unruly = new FailingLog(log);
        var node = node(unruly, DocumentRules.NONE);
        await(node.change("d", ANN, null, "id-0", merge("{'a':0}")));

        unruly.fails.set(true);
        for (var n = 1; n <= 3; n++) {
            var stage = node.change("d", ANN, null, "id-" + n, merge("{'a':" + n + "}"));
            assertThatThrownBy(() -> await(stage))
                    .isInstanceOfSatisfying(
                            RefusedException.class,
                            e -> assertThat(e.reason()).isEqualTo(RefusedException.Reason.LOG_UNAVAILABLE));
        }
        unruly.fails.set(false);

        assertThat(await(node.change("d", ANN, null, "id-3", merge("{'a':3}")))
                        .position()
                        .offset())
                .isEqualTo(2);
        assertThat(await(node.read("d")).value()).isEqualTo(json("{'a':3}"));
    }

    /**
     * Many clients of several nodes make random changes side by side, and repeat some. The log has each accepted change once, refused
     * ones not at all; everything that anybody was told is what a sequential reference says.
     */
    @Test
    void endsLikeASequentialReference() throws Exception {
        var seed = System.nanoTime();
        var nodes = List.of(documents, node(log, DocumentRules.NONE));
        Map<String, Changed> accepted = new java.util.concurrent.ConcurrentHashMap<>();
        var refused = new ConcurrentLinkedQueue<String>();
        var refusedHeads = new ConcurrentLinkedQueue<DocumentState>();
        var clients = new ArrayList<CompletableFuture<?>>();
        for (var client = 0; client < 6; client++) {
            var number = client;
            var random = new Random(seed + client);
            clients.add(CompletableFuture.runAsync(
                    () -> {
                        for (var n = 0; n < 60; n++) {
                            var node = nodes.get(random.nextInt(nodes.size()));
                            var id = number + "-" + n;
                            var person = new Person("p" + number, "P");
                            var base = random.nextBoolean()
                                    ? null
                                    : await(node.read("d")).version();
                            var change = randomChange(random, id);
                            for (var times = random.nextInt(10) == 0 ? 2 : 1; times > 0; times--) {
                                try {
                                    var changed = await(node.change("d", person, base, id, change));
                                    var before = accepted.putIfAbsent(id, changed);
                                    assertThat(before == null
                                                    || before.position().equals(changed.position()))
                                            .isTrue();
                                } catch (ChangeException e) {
                                    refused.add(id);
                                    refusedHeads.add(e.head().orElseThrow());
                                } catch (RefusedException e) {
                                    assertThat(e.reason()).isEqualTo(RefusedException.Reason.OVERLOADED);
                                }
                            }
                        }
                    },
                    threads));
        }
        for (var client : clients) {
            client.get(120, TimeUnit.SECONDS);
        }

        var reference = new SequentialReference(
                all("d").stream().map(message -> message.data().asJsonObject()).toList());
        reference.compare(accepted, List.copyOf(refused));
        assertThat(refusedHeads)
                .as("seed " + seed)
                .allSatisfy(head -> assertThat(head.value()).isEqualTo(reference.values.get(head.version())));
        for (var node : nodes) {
            assertThat(await(node.read("d")).value()).isEqualTo(reference.value());
        }
        assertThat(await(node(log, DocumentRules.NONE).read("d")).value()).isEqualTo(reference.value());
        assertThat(accepted).as("seed " + seed).hasSizeGreaterThan(100);
    }

    private static Change randomChange(Random random, String id) {
        return switch (random.nextInt(5)) {
            case 0 -> merge("{'m" + random.nextInt(5) + "':'" + id + "'}");
            case 1 -> merge("{'m" + random.nextInt(5) + "':null,'list':['" + id + "']}");
            case 2 -> patch("[{'op':'add','path':'/list/-','value':'" + id + "'}]");
            case 3 -> patch("[{'op':'remove','path':'/m" + random.nextInt(5) + "'}]");
            default -> patch("[{'op':'replace','path':'/list/0','value':'" + id + "'}]");
        };
    }

    /** Counts the messages that are read. */
    private static class PassingLog implements Log {

        final Log log;

        PassingLog(Log log) {
            this.log = log;
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
        public dev.herald.api.ChannelKind kind(ChannelName channel) {
            return log.kind(channel);
        }

        @Override
        public Position head(ChannelName channel) {
            return log.head(channel);
        }

        @Override
        public Map<ChannelName, Position> heads(Collection<ChannelName> channels) {
            return log.heads(channels);
        }
    }

    private static final class CountingLog extends PassingLog {

        final AtomicInteger messages = new AtomicInteger();

        CountingLog(Log log) {
            super(log);
        }

        @Override
        public Replay since(ChannelName channel, Position since, int limit) {
            var replay = super.since(channel, since, limit);
            if (replay instanceof Replay.Complete complete) {
                messages.addAndGet(complete.messages().size());
            }
            return replay;
        }
    }

    private static final class FailingLog extends PassingLog {

        final AtomicBoolean fails = new AtomicBoolean();

        FailingLog(Log log) {
            super(log);
        }

        @Override
        public CompletionStage<Appended> append(Draft draft) {
            return fails.get()
                    ? CompletableFuture.failedStage(
                            new RefusedException(RefusedException.Reason.LOG_UNAVAILABLE, "the log fails"))
                    : super.append(draft);
        }
    }
}
