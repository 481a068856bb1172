package dev.herald.journal;

import static java.lang.System.Logger.Level.WARNING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.herald.api.ChannelName;
import dev.herald.api.Envelope;
import dev.herald.api.Person;
import dev.herald.api.Position;
import dev.herald.hub.Appended;
import dev.herald.hub.Draft;
import dev.herald.hub.Replay;
import dev.herald.hub.Snapshots;
import dev.herald.testing.AdjustableClock;
import dev.herald.testing.FakeTimer;
import dev.herald.testing.QuietLog;
import dev.herald.testing.RealTimer;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RetentionTest {

    private static final ChannelName NEWS = ChannelName.NEWS;
    private static final ChannelName ORDERS = new ChannelName("orders:7");
    private static final Person ANN = new Person("ann", "Ann");
    private static final JdbcLog.Bounds BOUNDS = new JdbcLog.Bounds(10_000, 100_000_000, 1_000, 10_000_000);

    private final AdjustableClock clock = new AdjustableClock(Instant.parse("2026-02-03T04:05:06Z"));
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final FakeTimer timer = new FakeTimer();
    private JdbcConnectionPool pool;
    private UnrulyDatabase database;
    private JdbcLog log;

    @BeforeEach
    void createLog() {
        pool = JdbcConnectionPool.create("jdbc:h2:mem:" + UUID.randomUUID(), "herald", "herald");
        Schema.prepare(pool, "epoch");
        database = new UnrulyDatabase(pool);
        log = new JdbcLog(
                new DataSources(database.dataSource()), clock, new Threads(threads, RealTimer.SHARED), BOUNDS);
    }

    @AfterEach
    void close() {
        threads.shutdownNow();
        // Who still uses the database would keep its files open.
        Awaitility.await().until(threads::isTerminated);
        pool.dispose();
    }

    @Test
    void keepsAsManyMessagesAsTheRuleSays() {
        publish(NEWS, 12);
        publish(ORDERS, 3);
        retention("news=10", "orders:*=10");

        timer.tick();

        assertThat(offsets(NEWS)).containsExactlyElementsOf(range(3, 12));
        assertThat(offsets(ORDERS)).containsExactlyElementsOf(range(1, 3));
        assertThat(rows(NEWS)).isEqualTo(10);
    }

    @Test
    void keepsMessagesAsLongAsTheRuleSays() {
        var kept = new ArrayList<Long>();
        retention("news=1h");
        for (var n = 1; n <= 200; n++) {
            publish(NEWS, 1);
            clock.pass(Duration.ofMinutes(n % 7));
            timer.tick();

            var oldest = clock.instant().minus(Duration.ofHours(1));
            assertThat(messages(NEWS)).allSatisfy(m -> assertThat(m.at()).isAfterOrEqualTo(oldest));
            kept.add((long) offsets(NEWS).size());
        }
        clock.pass(Duration.ofHours(1).plusMillis(1));
        timer.tick();

        assertThat(kept.subList(100, 200)).allSatisfy(size -> assertThat(size).isBetween(15L, 30L));
        assertThat(messages(NEWS)).isEmpty();
        assertThat(log.head(NEWS).offset()).isEqualTo(200);
        publish(NEWS, 1);
        assertThat(offsets(NEWS)).containsExactly(201L);
    }

    @Test
    void keepsWhatTheSnapshotOfADocumentDoesNotHave() {
        var document = ChannelName.ofDocument("cart");
        var snapshots = new JdbcSnapshots(new DataSources(database.dataSource()));
        publish(document, 10);
        retention("*=3");

        timer.tick();
        assertThat(offsets(document)).containsExactlyElementsOf(range(1, 10));

        snapshots.keep("cart", new Snapshots.Snapshot(5, "{}"));
        timer.tick();
        assertThat(offsets(document)).containsExactlyElementsOf(range(6, 10));

        snapshots.keep("cart", new Snapshots.Snapshot(10, "{}"));
        timer.tick();
        assertThat(offsets(document)).containsExactlyElementsOf(range(8, 10));
    }

    @Test
    void looksAtFewRowsOfALargeChannel() {
        for (var n = 1; n <= 1_000; n++) {
            publish(NEWS, 1);
            clock.pass(Duration.ofSeconds(1));
        }
        retention("news=250s");
        database.countsMessagesLookedAt = true;
        timer.tick();
        var toTrim = database.messagesLookedAt.getAndSet(0);
        timer.tick();
        var toTrimNothing = database.messagesLookedAt.getAndSet(0);

        assertThat(offsets(NEWS)).containsExactlyElementsOf(range(751, 1_000));
        assertThat(toTrim).isBetween(10L, 40L);
        assertThat(toTrimNothing).isBetween(1L, 10L);
    }

    @Test
    void trimsByWhicheverComesFirst() {
        publish(NEWS, 10);
        publish(ORDERS, 10);
        clock.pass(Duration.ofHours(2));
        publish(NEWS, 3);
        publish(ORDERS, 8);
        retention("*=1h/5");

        timer.tick();

        assertThat(offsets(NEWS)).containsExactlyElementsOf(range(11, 13));
        assertThat(offsets(ORDERS)).containsExactlyElementsOf(range(14, 18));
    }

    @Test
    void goesByTheFirstRuleThatFits() {
        publish(NEWS, 10);
        publish(ORDERS, 10);
        publish(new ChannelName("orders:8"), 10);
        publish(new ChannelName("other"), 10);
        retention("orders:7=all", "orders:*=2", "news=3", "new*=1");

        timer.tick();

        assertThat(offsets(ORDERS)).hasSize(10);
        assertThat(offsets(new ChannelName("orders:8"))).containsExactly(9L, 10L);
        assertThat(offsets(NEWS)).containsExactly(8L, 9L, 10L);
        assertThat(offsets(new ChannelName("other"))).hasSize(10);
    }

    @Test
    void reachesEveryChannel() {
        var channels = LongStream.rangeClosed(1, 1_100)
                .mapToObj(n -> new ChannelName("chat." + n))
                .toList();
        channels.forEach(channel -> publish(channel, 2));
        retention("chat.*=1");

        timer.tick();

        assertThat(channels).allSatisfy(channel -> assertThat(offsets(channel)).containsExactly(2L));
    }

    @Test
    void tellsAReaderBehindTheTrim() {
        publish(NEWS, 10);
        retention("news=4");

        timer.tick();

        var head = log.head(NEWS);
        assertThat(log.since(NEWS, new Position("epoch", 5), 100))
                .isEqualTo(new Replay.Gap(Replay.Reason.TRIMMED, head));
        assertThat(log.since(NEWS, new Position("epoch", 6), 100)).isInstanceOf(Replay.Complete.class);
    }

    @Test
    void letsThoseGoFirstWhoWaitToPublish() {
        publish(NEWS, 3 * LogReader.TRIMMED_TOGETHER);
        var publishers = new ArrayDeque<Runnable>();
        log = new JdbcLog(
                new DataSources(database.dataSource()), clock, new Threads(publishers::add, RealTimer.SHARED), BOUNDS);
        retention("news=10");
        var published = log.append(draft(NEWS));

        timer.tick();
        assertThat(timer.pauses()).isEqualTo(1);
        var removed = database.removals.size();
        timer.endPausesSoFar();
        assertThat(timer.pauses()).isEqualTo(1);
        timer.tick();
        assertThat(timer.pauses()).as("no second sweep beside the first").isEqualTo(1);

        threads.execute(publishers.remove());
        await(published);
        timer.endPausesSoFar();

        assertThat(timer.pauses()).isZero();
        assertThat(removed).isZero();
        assertThat(rows(NEWS)).isEqualTo(11);
        timer.tick();
        assertThat(rows(NEWS)).isEqualTo(10);
    }

    @Test
    void goesOnAfterAFailure() {
        publish(NEWS, 10);
        retention("news=4");
        database.gone = true;
        timer.tick();
        database.gone = false;
        assertThat(offsets(NEWS)).hasSize(10);

        timer.tick();

        assertThat(offsets(NEWS)).hasSize(4);
        QuietLog.expect(WARNING, "the log is not trimmed, and that is tried again", "the database is gone");
    }

    @Test
    void goesOnAfterThereWasNoThread() {
        publish(NEWS, 10);
        var none = new ArrayList<Runnable>();
        var retention = new Retention(
                log, database.dataSource(), rules("news=4"), Housekeeping.ALONE, clock, timer.asExecutor(), task -> {
                    if (none.isEmpty()) {
                        none.add(task);
                        throw new RejectedExecutionException();
                    }
                    task.run();
                });
        retention.open();
        timer.tick();
        assertThat(offsets(NEWS)).hasSize(10);

        timer.tick();

        assertThat(offsets(NEWS)).hasSize(4);
        QuietLog.expect(WARNING, "the log is not trimmed, and that is tried again", "gives no thread");
    }

    @Test
    void leavesItToAnotherNodeWhileThatIsTheHousekeeper() {
        var isMine = new AtomicBoolean();
        publish(NEWS, 10);
        retention(isMine::get, "news=4");
        timer.tick();
        assertThat(rows(NEWS)).isEqualTo(10);

        isMine.set(true);
        timer.tick();

        assertThat(rows(NEWS)).isEqualTo(4);
    }

    @Test
    void stopsWithinASweepWhenItIsTheHousekeeperNoMore() {
        var questions = new AtomicInteger();
        publish(NEWS, 10);
        publish(ORDERS, 10);

        retention(() -> questions.incrementAndGet() <= 3, "*=4");
        timer.tick();

        assertThat(rows(NEWS) + rows(ORDERS)).isEqualTo(14);
    }

    @Test
    void doesNothingOnceItIsClosed() {
        publish(NEWS, 10);
        var retention = retention("news=4");

        retention.close();
        timer.tick();

        assertThat(timer.isTicking()).isFalse();
        assertThat(offsets(NEWS)).hasSize(10);
    }

    @Test
    void needsNoTimerWhenAllIsKept() {
        retention("*=all");

        assertThat(timer.isTicking()).isFalse();
    }

    @Test
    void needsAnInterval() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Retention.Rules(List.of(), Duration.ZERO));
    }

    private Retention retention(String... rules) {
        return retention(() -> true, rules);
    }

    private Retention retention(BooleanSupplier isMine, String... rules) {
        var retention = new Retention(
                log,
                database.dataSource(),
                rules(rules),
                new Housekeeping(true, isMine),
                clock,
                timer.asExecutor(),
                (Executor) Runnable::run);
        retention.open();
        return retention;
    }

    private static Retention.Rules rules(String... rules) {
        return new Retention.Rules(Stream.of(rules).map(RetentionRule::of).toList(), Duration.ofSeconds(1));
    }

    private void publish(ChannelName channel, int count) {
        for (var n = 1; n <= count; n++) {
            await(log.append(draft(channel)));
        }
    }

    private static void await(CompletionStage<Appended> published) {
        var unused =
                published.toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
    }

    private static Draft draft(ChannelName channel) {
        return new Draft(channel, "event", ANN, null, "1", null);
    }

    private List<Envelope> messages(ChannelName channel) {
        return JdbcLogContract.kept(log, channel);
    }

    private List<Long> offsets(ChannelName channel) {
        return messages(channel).stream()
                .map(message -> Objects.requireNonNull(message.position()).offset())
                .toList();
    }

    private static List<Long> range(long first, long last) {
        return LongStream.rangeClosed(first, last).boxed().toList();
    }

    /** How many messages of a channel are in the database, trimmed or not. */
    private int rows(ChannelName channel) {
        try (var connection = pool.getConnection();
                var select = connection.prepareStatement("SELECT COUNT(*) FROM message WHERE channel = ?")) {
            select.setString(1, channel.value());
            try (var rows = select.executeQuery()) {
                rows.next();
                return rows.getInt(1);
            }
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }
}
