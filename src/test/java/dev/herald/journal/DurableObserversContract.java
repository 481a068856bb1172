package dev.herald.journal;

import static java.lang.System.Logger.Level.WARNING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.herald.api.ChannelKind;
import dev.herald.api.ChannelName;
import dev.herald.api.Envelope;
import dev.herald.api.Position;
import dev.herald.hub.Appended;
import dev.herald.hub.Cursors;
import dev.herald.hub.Draft;
import dev.herald.hub.DurableObserver;
import dev.herald.hub.DurableObservers;
import dev.herald.hub.Log;
import dev.herald.hub.LogUnavailableException;
import dev.herald.hub.NamePattern;
import dev.herald.testing.FakeTimer;
import dev.herald.testing.QuietLog;
import dev.herald.testing.RealTimer;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What {@link DurableObservers} promise with the log and their places in each database. */
abstract class DurableObserversContract {

    private static final ChannelName ORDERS = new ChannelName("orders");
    private static final ChannelName OTHERS = new ChannelName("others");

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<DurableObservers> all = new ArrayList<>();
    private final AtomicLong now = new AtomicLong();
    private HikariDataSource pool;
    private JdbcLog log;
    private Cursors cursors;

    /** A new and empty database. */
    abstract DatabaseSettings createDatabase() throws Exception;

    @BeforeEach
    void open() throws Exception {
        pool = ConnectionPool.open(createDatabase());
        Schema.prepare(pool, "epoch");
        log = new JdbcLog(
                new DataSources(pool),
                Clock.systemUTC(),
                new Threads(threads, RealTimer.SHARED),
                new JdbcLog.Bounds(10_000, 100_000_000, 1_000, 10_000_000));
        cursors = new JdbcCursors(new DataSources(pool));
    }

    @AfterEach
    void close() {
        all.forEach(DurableObservers::close);
        log.close();
        threads.shutdownNow();
        await().until(threads::isTerminated);
        pool.close();
    }

    /** A node, and what its observer has seen. */
    private final class Node {

        final List<String> seen = new ArrayList<>();
        final AtomicBoolean isMine = new AtomicBoolean(true);
        final FakeTimer timer = new FakeTimer();
        final DurableObservers observers;

        Node(Cursors places, String channels, boolean fromBeginning, Consumer<Envelope> first) {
            var observer = new DurableObserver("invoices", new NamePattern(channels), fromBeginning, message -> {
                first.accept(message);
                synchronized (seen) {
                    seen.add(message.channel() + " " + message.json());
                }
            });
            observers = new DurableObservers(
                    log, places, List.of(observer), isMine::get, threads, timer.asExecutor(), now::get);
            all.add(observers);
            observers.open();
        }

        List<String> seen() {
            synchronized (seen) {
                return List.copyOf(seen);
            }
        }

        /** Looks until the observer has seen these. */
        Node awaitSeen(String... lines) {
            await().untilAsserted(() -> {
                timer.tick();
                assertThat(seen()).containsExactly(lines);
            });
            return this;
        }

        /** Looks, and waits until all that was found is served. */
        void look() {
            timer.tick();
            await().until(() -> cursors.behind("invoices", new NamePattern("*")) == 0
                    || !observers.failing().isEmpty());
        }
    }

    private Node node(String channels) {
        return new Node(cursors, channels, false, message -> {});
    }

    /** An observer that is known before anything is published. */
    private Node known(String channels) {
        cursors.begin("invoices", new NamePattern(channels), false);
        return node(channels);
    }

    private void publish(ChannelName channel, String... texts) {
        for (var text : texts) {
            Appended appended = log.append(new Draft(channel, "created", null, null, '"' + text + '"', null))
                    .toCompletableFuture()
                    .join();
            assertThat(appended.duplicate()).isFalse();
        }
    }

    @Test
    void getsOnlyWhatIsPublishedAfterItIsFirstKnown() {
        publish(ORDERS, "before");
        var node = node("*");
        await().until(() -> {
            node.timer.tick();
            return cursors.unseen("invoices", new NamePattern("*"), "", 10).isEmpty();
        });

        publish(ORDERS, "after");
        publish(OTHERS, "new channel");

        await().untilAsserted(() -> {
            node.timer.tick();
            assertThat(node.seen()).containsExactlyInAnyOrder("orders \"after\"", "others \"new channel\"");
        });
    }

    @Test
    void getsWhatIsInTheLogIfItSaysSo() {
        publish(ORDERS, "1", "2");

        var node = new Node(cursors, "orders", true, message -> {});

        node.awaitSeen("orders \"1\"", "orders \"2\"");
    }

    @Test
    void getsEachMessageOfItsChannelsOnceAndInOrder() {
        var names = List.of("orders.a", "orders.b", "orders.c", "orders.d", "orders.e", "orders.", "ordersXa", "other");
        var node = known("orders.*");
        for (var n = 0; n < 200; n++) {
            for (var name : names) {
                publish(new ChannelName(name), "" + n);
            }
        }

        await().untilAsserted(() -> {
            node.timer.tick();
            assertThat(node.seen()).hasSize(6 * 200);
        });
        for (var name : names.subList(0, 6)) {
            assertThat(node.seen().stream().filter(line -> line.startsWith(name + " ")))
                    .isEqualTo(IntStream.range(0, 200)
                            .mapToObj(n -> name + " \"" + n + '"')
                            .toList());
        }
    }

    @Test
    void takesTheSignsOfSqlInAPatternForThemselves() {
        var node = known("a_b*");

        publish(new ChannelName("a_b"), "Jürgen, 名前, سلمى, 😀");
        publish(new ChannelName("axb"), "no");

        node.awaitSeen("a_b \"Jürgen, 名前, سلمى, 😀\"");
        node.timer.tick();
        assertThat(cursors.behind("invoices", new NamePattern("a_b*"))).isZero();
        assertThat(node.seen()).hasSize(1);
    }

    @Test
    void goesOnWhereItWas() {
        var first = known("orders");
        publish(ORDERS, "1", "2");
        first.awaitSeen("orders \"1\"", "orders \"2\"");
        first.observers.close();
        publish(ORDERS, "3");

        node("orders").awaitSeen("orders \"3\"");
        first.timer.tick();
        assertThat(first.seen()).hasSize(2);
    }

    @Test
    void isCalledByOneNodeAndByTheNextOneWhenThatIsGone() {
        var first = known("orders");
        var second = node("orders");
        second.isMine.set(false);
        publish(ORDERS, "1");
        first.awaitSeen("orders \"1\"");
        second.timer.tick();

        first.isMine.set(false);
        second.isMine.set(true);
        publish(ORDERS, "2");

        second.awaitSeen("orders \"2\"");
        first.timer.tick();
        assertThat(first.seen()).containsExactly("orders \"1\"");
    }

    @Test
    void getsAMessageAgainWhenTheServerDiedBeforeItsPlaceWasKept() {
        var dies = new AtomicBoolean(true);
        var dying = new Forwarded(cursors) {
            @Override
            public boolean move(String observer, ChannelName channel, long from, long to) {
                if (dies.get()) {
                    throw new LogUnavailableException("the server is dead");
                }
                return super.move(observer, channel, from, to);
            }
        };
        cursors.begin("invoices", new NamePattern("orders"), false);
        publish(ORDERS, "1", "2");
        QuietLog.allow(WARNING, "invoices in orders waits");
        new Node(dying, "orders", false, message -> {})
                .awaitSeen("orders \"1\"")
                .observers
                .close();
        dies.set(false);

        node("orders").awaitSeen("orders \"1\"", "orders \"2\"");
    }

    /** Its lease is over, and another node has gone on; it does not know that yet. */
    @Test
    void aNodeThatHeldStillNeitherGoesOnNorMovesThePlaceBack() throws Exception {
        var goesOn = new CountDownLatch(1);
        cursors.begin("invoices", new NamePattern("orders"), false);
        publish(ORDERS, "1", "2", "3");
        var isStill = new CountDownLatch(1);
        var still = new Node(cursors, "orders", false, message -> {
            isStill.countDown();
            awaitUnchecked(goesOn);
        });
        still.timer.tick();
        awaitUnchecked(isStill);

        node("orders").awaitSeen("orders \"1\"", "orders \"2\"", "orders \"3\"");
        goesOn.countDown();

        still.awaitSeen("orders \"1\"");
        still.observers.close();
        assertThat(still.seen()).hasSize(1);
        assertThat(cursors.behind("invoices", new NamePattern("orders"))).isZero();
    }

    @Test
    void isCalledAgainAfterAPauseWhenItHasThrownAndHoldsUpNoOtherChannel() {
        var failures = new AtomicInteger(2);
        cursors.begin("invoices", new NamePattern("*"), false);
        publish(ORDERS, "1", "bad", "3");
        QuietLog.expect(WARNING, "invoices has failed at message 2 of channel orders", "after 1 s", "no stock");
        var node = new Node(cursors, "*", false, message -> {
            if (message.json().contains("bad") && failures.getAndDecrement() > 0) {
                throw new IllegalStateException("no stock");
            }
        });
        node.awaitSeen("orders \"1\"");
        await().until(() -> !node.observers.failing().isEmpty());
        publish(OTHERS, "x");

        node.awaitSeen("orders \"1\"", "others \"x\"");
        assertThat(failures).hasValue(1);
        assertThat(node.observers.failing()).containsOnlyKeys("invoices in orders");
        assertThat(node.observers.behind()).containsExactly(Map.entry("invoices", 2L));
        now.addAndGet(Duration.ofSeconds(1).toNanos());
        await().until(() -> {
            node.timer.tick();
            return failures.get() == 0;
        });
        // The second pause is twice as long.
        now.addAndGet(Duration.ofMillis(1_900).toNanos());
        node.timer.tick();
        assertThat(node.seen()).hasSize(2);
        now.addAndGet(Duration.ofMillis(200).toNanos());

        node.awaitSeen("orders \"1\"", "others \"x\"", "orders \"bad\"", "orders \"3\"");
        assertThat(node.observers.failing()).isEmpty();
    }

    @Test
    void goesOnWithoutAMessageIfAnOperatorSaysSo() {
        cursors.begin("invoices", new NamePattern("*"), false);
        publish(ORDERS, "bad", "2");
        QuietLog.expect(WARNING, "invoices has failed at message 1 of channel orders");
        QuietLog.expect(WARNING, "message 1 of channel orders is skipped", "invoices");
        var node = new Node(cursors, "orders", false, message -> {
            if (message.json().contains("bad")) {
                throw new AssertionError("never");
            }
        });
        await().until(() -> {
            node.timer.tick();
            return !node.observers.failing().isEmpty();
        });

        assertThat(node.observers.skip("invoices", OTHERS)).isFalse();
        assertThat(node.observers.skip("invoices", ORDERS)).isTrue();

        node.awaitSeen("orders \"2\"");
        assertThat(node.observers.skip("invoices", ORDERS)).isFalse();
    }

    @Test
    void isToldInTheLogOfWhatRetentionRemovedBefore() {
        cursors.begin("invoices", new NamePattern("orders"), false);
        publish(ORDERS, "1");
        var early = node("orders").awaitSeen("orders \"1\"");
        early.observers.close();
        publish(ORDERS, "2", "3", "4");
        while (log.trim(ORDERS, new Position("epoch", 3))) {
            // In steps.
        }
        QuietLog.expect(WARNING, "invoices has missed the messages 2 to 3 of channel orders");

        node("orders").awaitSeen("orders \"4\"");
    }

    @Test
    void passesAllThatIsGoneOfAChannelThatItDidNotKnow() {
        publish(ORDERS, "1", "2");
        while (log.trim(ORDERS, new Position("epoch", 2))) {
            // In steps.
        }
        var node = new Node(cursors, "orders", true, message -> {});
        node.look();

        publish(ORDERS, "3");

        node.awaitSeen("orders \"3\"");
    }

    @Test
    void goesOnWhenTheDatabaseAnswersAgain() {
        var isGone = new AtomicBoolean(true);
        var unsure = new Forwarded(cursors) {
            @Override
            public List<Unseen> unseen(String observer, NamePattern channels, String after, int limit) {
                if (isGone.get()) {
                    throw new LogUnavailableException("no answer");
                }
                return super.unseen(observer, channels, after, limit);
            }
        };
        QuietLog.expect(WARNING, "durable observers wait", "no answer");
        var node = new Node(unsure, "orders", true, message -> {});
        node.timer.tick();
        publish(ORDERS, "1");
        isGone.set(false);

        node.awaitSeen("orders \"1\"");
    }

    @Test
    void refusesAChannelThatIsNotDurable() {
        var observer = new DurableObserver("invoices", new NamePattern("orders"), false, message -> {});
        Log volatileLog = FakeTimer.proxy(Log.class, (method, arguments) -> ChannelKind.VOLATILE);

        assertThatThrownBy(() -> new DurableObservers(
                        volatileLog, cursors, List.of(observer), () -> true, threads, RealTimer.SHARED, now::get))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("invoices observes the channel orders, which is not durable");
    }

    /** Two nodes take turns, now and then at the same time: nothing is left out, and each sees what it sees in order. */
    @Test
    void leavesNothingOutHoweverNodesTakeTurns() {
        cursors.begin("invoices", new NamePattern("orders"), false);
        var nodes = List.of(node("orders"), node("orders"));
        var random = ThreadLocalRandom.current();
        var published = 0;
        for (var round = 0; round < 60; round++) {
            nodes.forEach(node -> node.isMine.set(random.nextInt(3) > 0));
            publish(ORDERS, "" + published++, "" + published++);
            nodes.forEach(node -> node.timer.tick());
        }
        nodes.forEach(node -> node.isMine.set(true));
        await().until(() -> {
            nodes.forEach(node -> node.timer.tick());
            return cursors.behind("invoices", new NamePattern("orders")) == 0;
        });
        all.forEach(DurableObservers::close);

        for (var n = 0; n < published; n++) {
            var line = "orders \"" + n + '"';
            assertThat(nodes.stream().anyMatch(node -> node.seen().contains(line)))
                    .as(line)
                    .isTrue();
        }
        for (var node : nodes) {
            assertThat(node.seen().stream()
                            .map(line -> Integer.valueOf(line.replaceAll("\\D", "")))
                            .toList())
                    .isSorted()
                    .doesNotHaveDuplicates();
        }
    }

    private static void awaitUnchecked(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Passes everything on. */
    private static class Forwarded implements Cursors {

        private final Cursors to;

        Forwarded(Cursors to) {
            this.to = Objects.requireNonNull(to);
        }

        @Override
        public void begin(String observer, NamePattern channels, boolean fromBeginning) {
            to.begin(observer, channels, fromBeginning);
        }

        @Override
        public List<Unseen> unseen(String observer, NamePattern channels, String after, int limit) {
            return to.unseen(observer, channels, after, limit);
        }

        @Override
        public boolean move(String observer, ChannelName channel, long from, long to1) {
            return to.move(observer, channel, from, to1);
        }

        @Override
        public long behind(String observer, NamePattern channels) {
            return to.behind(observer, channels);
        }
    }
}
