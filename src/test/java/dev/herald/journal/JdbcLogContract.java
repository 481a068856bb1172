package dev.herald.journal;

import static java.lang.System.Logger.Level.ERROR;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.herald.api.ChannelName;
import dev.herald.api.Envelope;
import dev.herald.api.Position;
import dev.herald.api.RefusedException;
import dev.herald.hub.Appended;
import dev.herald.hub.Draft;
import dev.herald.hub.Log;
import dev.herald.hub.LogContract;
import dev.herald.hub.LogUnavailableException;
import dev.herald.hub.Page;
import dev.herald.hub.Replay;
import dev.herald.testing.ErrorLog;
import dev.herald.testing.QuietLog;
import dev.herald.testing.RealTimer;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a {@link JdbcLog} promises on each database. */
abstract class JdbcLogContract extends LogContract {

    static final JdbcLog.Bounds BOUNDS = new JdbcLog.Bounds(10_000, 100_000_000, 1_000, 10_000_000);

    /** As many as the tests' threads. */
    static final int CONNECTIONS = 16;

    private static final RefusedException.Reason UNAVAILABLE = RefusedException.Reason.LOG_UNAVAILABLE;

    UnrulyDatabase database;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private HikariDataSource pool;

    /** A new and empty database. */
    abstract DatabaseSettings createDatabase() throws Exception;

    @Override
    protected Log createLog(Clock clock, int messages) throws Exception {
        pool = ConnectionPool.open(createDatabase());
        Schema.prepare(pool, UUID.randomUUID().toString());
        database = new UnrulyDatabase(pool);
        return openLog(database.dataSource(), BOUNDS, threads);
    }

    static JdbcLog openLog(DataSource database, JdbcLog.Bounds bounds, Executor executor) {
        return new JdbcLog(new DataSources(database), CLOCK, new Threads(executor, RealTimer.SHARED), bounds);
    }

    @AfterEach
    void close() {
        threads.shutdownNow();
        // Who still uses the database would keep its files open.
        Awaitility.await().until(threads::isTerminated);
        pool.close();
    }

    @Test
    void commitsTogetherWhatWaits() throws Exception {
        append(NEWS, "0");
        append(ORDERS, "0");

        var commits = database.commits.get();
        var stages = whileACommitWaits(() ->
                IntStream.range(0, JdbcLog.BATCH).mapToObj(n -> log.append(draft(n % 2 == 0 ? NEWS : ORDERS, "" + n))));

        stages.forEach(LogContract::await);
        assertThat(database.commits.get() - commits).isEqualTo(2);
    }

    @Test
    void answersRepeatsWithinOneTransaction() throws Exception {
        append(NEWS, "0");
        var stages = whileACommitWaits(() -> List.of(
                        draft(NEWS, ANN, "1", "id-1"),
                        draft(NEWS, ANN, "1", "id-1"),
                        draft(NEWS, ANN, "other", "id-1"),
                        draft(NEWS, BOB, "2", "id-1"))
                .stream()
                .map(log::append));

        var first = await(stages.get(0));
        assertThat(first.duplicate()).isFalse();
        assertThat(await(stages.get(1))).isEqualTo(new Appended(first.message(), true));
        assertThat(refusal(stages.get(2))).isEqualTo(RefusedException.Reason.ID_REUSED);
        assertThat(position(await(stages.get(3)).message()).offset())
                .isEqualTo(position(first.message()).offset() + 1);
        assertThat(jsons(all(NEWS))).containsExactly("0", "first", "1", "2");
        assertThat(offsets(all(NEWS))).containsExactly(1L, 2L, 3L, 4L);
    }

    @Test
    void refusesADraftThatTheDatabaseDoesNotTakeAndNoneOfTheOthers() throws Exception {
        append(NEWS, "0");
        var stages = whileACommitWaits(() -> List.of(
                        draft(NEWS, ANN, "1", "id-1"),
                        draft(NEWS, ANN, "2", "x".repeat(513)),
                        draft(NEWS, ANN, "3", "id-3"))
                .stream()
                .map(log::append));

        assertThat(await(stages.get(0)).duplicate()).isFalse();
        assertThat(refusal(stages.get(1))).isEqualTo(UNAVAILABLE);
        assertThat(await(stages.get(2)).duplicate()).isFalse();
        assertThat(jsons(all(NEWS))).containsExactly("0", "first", "1", "3");
        assertThat(offsets(all(NEWS))).containsExactly(1L, 2L, 3L, 4L);
        QuietLog.expect(ERROR, "does not take a message to news", "SQLSTATE 22001");
    }

    @Test
    void showsNothingOfAFailedTransaction() throws Exception {
        append(NEWS, "0");
        append(ORDERS, "0");
        database.beforeCommit = () -> {
            throw new SQLException("no room on the disk", "53100");
        };

        var drafts = IntStream.range(0, 20)
                .mapToObj(n -> draft(n % 2 == 0 ? NEWS : ORDERS, ANN, "" + n, "id-" + n))
                .toList();
        var stages = drafts.stream().map(log::append).toList();

        assertThat(stages).allSatisfy(stage -> assertThat(refusal(stage)).isEqualTo(UNAVAILABLE));
        assertThat(jsons(all(NEWS))).containsExactly("0");
        assertThat(jsons(all(ORDERS))).containsExactly("0");

        database.beforeCommit = () -> {};
        assertThat(drafts).allSatisfy(draft -> append(draft));
        assertThat(offsets(all(NEWS)))
                .containsExactlyElementsOf(LongStream.rangeClosed(1, 11).boxed().toList());
        QuietLog.expect(ERROR, "the database takes no messages", "no room on the disk");
    }

    @Test
    void takesMessagesAgainOnceTheDatabaseIsBack() {
        append(NEWS, "1");
        database.gone = true;

        assertThat(refusal(log.append(draft(NEWS, "lost")))).isEqualTo(UNAVAILABLE);
        assertThat(refusal(log.append(draft(NEWS, "lost")))).isEqualTo(UNAVAILABLE);
        assertThatThrownBy(() -> log.head(NEWS)).isInstanceOf(LogUnavailableException.class);
        assertThatThrownBy(() -> log.before(NEWS, Long.MAX_VALUE, 1)).isInstanceOf(LogUnavailableException.class);

        database.gone = false;
        assertThat(append(NEWS, "2").offset()).isEqualTo(2);
        assertThat(jsons(all(NEWS))).containsExactly("1", "2");
        QuietLog.expect(ERROR, "the database takes no messages", "the database is gone");
    }

    @Test
    void refusesWhatHasWaitedForATransactionThatFails() throws Exception {
        append(NEWS, "0");
        var waits = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        database.beforeCommit = () -> {
            waits.countDown();
            try {
                assertThat(goOn.await(30, SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new SQLException(e);
            }
            throw new SQLException("no answer in time", "08006");
        };
        var first = log.append(draft(NEWS, "1"));
        assertThat(waits.await(30, SECONDS)).isTrue();
        var later = log.append(draft(NEWS, "2"));
        database.beforeCommit = () -> {};
        goOn.countDown();

        assertThat(refusal(first)).isEqualTo(UNAVAILABLE);
        assertThat(refusal(later)).isEqualTo(UNAVAILABLE);
        assertThat(append(NEWS, "3").offset()).isEqualTo(2);
        QuietLog.expect(ERROR, "the database takes no messages", "no answer in time");
    }

    @Test
    void refusesWhatIsTooMuchToWait() throws Exception {
        log = openLog(database.dataSource(), new JdbcLog.Bounds(3, 1_000, 10, 10_000), threads);
        append(NEWS, "0");

        var many = whileACommitWaits(() -> IntStream.range(0, 4).mapToObj(n -> log.append(draft(NEWS, "" + n))));
        assertThat(refusal(many.get(3))).isEqualTo(UNAVAILABLE);
        many.subList(0, 3).forEach(LogContract::await);

        var large = whileACommitWaits(() ->
                IntStream.range(0, 2).mapToObj(n -> log.append(draft(NEWS, ("" + n).repeat(600)))));
        assertThat(refusal(large.get(1))).isEqualTo(UNAVAILABLE);
        await(large.get(0));
    }

    @Test
    void refusesWhatNoDatabaseHolds() {
        for (var text : List.of("\u0000", "\ud83d", "\ude00\ud83d", "x\ud83d")) {
            assertThat(refusal(log.append(new Draft(NEWS, text, ANN, null, "1", null))))
                    .isEqualTo(UNAVAILABLE);
            assertThat(refusal(log.append(draft(NEWS, ANN, "1", text)))).isEqualTo(UNAVAILABLE);
        }
        assertThat(log.head(NEWS).offset()).isZero();
    }

    @Test
    void refusesWhatWaitsWhenThereIsNoThreadForLong() {
        var none = new AtomicBoolean(true);
        try (var warnings = new ErrorLog(Writer.class)) {
            log = openLog(database.dataSource(), BOUNDS, task -> {
                if (none.get()) {
                    throw new RejectedExecutionException();
                }
                threads.execute(task);
            });

            assertThat(refusal(log.append(draft(NEWS, "1")))).isEqualTo(UNAVAILABLE);
            none.set(false);
            assertThat(append(NEWS, "2").offset()).isEqualTo(1);
            assertThat(warnings.warnings()).hasSize(1);
        }
    }

    @Test
    void goesOnWhenADeliveryThrowsAnErrorAfterTheCommit() {
        try (var errors = new ErrorLog(JdbcLog.class)) {
            log = openLog(database.dataSource(), BOUNDS, threads);
            log.append(draft(NEWS, "1")).thenAccept(appended -> {
                throw new StackOverflowError("a receiver's");
            });
            await(log.append(draft(NEWS, "2")));

            assertThat(append(NEWS, "3").offset()).isEqualTo(3);
            assertThat(errors.lines()).isEmpty();
        }
    }

    @Test
    void commitsWhatWaitsAsItGoesDownAndTakesNothingMore() throws Exception {
        append(NEWS, "0");
        var closing = new AtomicReference<Future<?>>();
        var stages = whileACommitWaits(() -> {
            var last = log.append(draft(NEWS, "1"));
            closing.set(threads.submit(((JdbcLog) log)::close));
            Awaitility.await()
                    .until(() -> log.append(draft(NEWS, "late"))
                            .toCompletableFuture()
                            .isCompletedExceptionally());
            return Stream.of(last);
        });

        await(stages.get(0));
        closing.get().get(10, SECONDS);
        assertThat(jsons(all(NEWS))).startsWith("0", "first", "1");
        assertThat(refusal(log.append(draft(NEWS, "late")))).isEqualTo(UNAVAILABLE);
    }

    @Test
    void keepsWhoDoesNotGetAMessage() {
        var except = Set.of("socket-1", "with\nline", "with\\backslash\\n", "");
        var draft = new Draft(NEWS, "event", ANN, null, "1", null, except);

        var appended = await(log.append(draft)).message();

        assertThat(appended.except()).isEqualTo(except);
        assertThat(latest(otherNode(), NEWS, 1)).containsExactly(appended);
    }

    @Test
    void readsOnceWhatManyReaders() {
        var beginning = log.head(NEWS);
        IntStream.rangeClosed(1, 300).forEach(n -> append(NEWS, "" + n));
        var other = otherNode();
        database.messageReads.set(0);

        for (var n = 0; n < 100; n++) {
            assertThat(log.since(NEWS, beginning, ALL)).isEqualTo(other.since(NEWS, beginning, ALL));
            assertThat(latest(log, NEWS, 10)).isEqualTo(latest(other, NEWS, 10));
        }

        assertThat(database.messageReads).hasValue(1);
    }

    @Test
    void readsTheSameWhateverIsInMemory() {
        log = openLog(database.dataSource(), new JdbcLog.Bounds(10, 1_000, 7, 10_000), threads);
        var other = otherNode();
        var random = new Random(1);
        var epoch = log.head(NEWS).epoch();
        for (var n = 1; n <= 200; n++) {
            var channel = random.nextInt(3) == 0 ? ORDERS : NEWS;
            await((random.nextInt(3) == 0 ? other : log).append(draft(channel, "" + n)));
            var head = log.head(channel).offset();
            var after = random.nextLong(head + 1);
            var limit = 1 + random.nextInt(12);
            var upTo = Math.min(head, after + limit);
            assertThat(offsets(
                            complete(channel, new Position(epoch, after), limit).messages()))
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(after + 1, upTo).boxed().toList());
            assertThat(latest(log, channel, limit)).isEqualTo(latest(other, channel, limit));
            assertThat(offsets(log.before(channel, after + 1, limit).messages()))
                    .containsExactlyElementsOf(LongStream.rangeClosed(Math.max(1, after - limit + 1), after)
                            .boxed()
                            .sorted(Comparator.reverseOrder())
                            .toList());
        }
    }

    @Test
    void tellsOfTrimmedMessages() {
        var beginning = log.head(NEWS);
        var first = append(NEWS, "1");
        var second = append(NEWS, "2");
        var third = append(NEWS, "3");
        var other = otherNode();
        latest(other, NEWS, ALL);

        ((JdbcLog) log).trim(NEWS, second);

        for (var one : List.of(log, other)) {
            assertThat(one.since(NEWS, beginning, ALL)).isEqualTo(new Replay.Gap(Replay.Reason.TRIMMED, third));
            assertThat(one.since(NEWS, first, 1)).isEqualTo(new Replay.Gap(Replay.Reason.TRIMMED, third));
            assertThat(jsons(latest(one, NEWS, ALL))).containsExactly("3");
            assertThat(one.before(NEWS, 3, ALL)).isEqualTo(new Page(List.of(), third));
            assertThat(one.before(NEWS, 1, ALL)).isEqualTo(new Page(List.of(), third));
        }
        assertThat(jsons(complete(NEWS, second, ALL).messages())).containsExactly("3");

        ((JdbcLog) log).trim(NEWS, third);
        ((JdbcLog) log).trim(NEWS, first);
        ((JdbcLog) log).trim(NEWS, new Position(third.epoch(), 4));
        ((JdbcLog) log).trim(ORDERS, new Position(third.epoch(), 0));
        assertThat(latest(log, NEWS, ALL)).isEmpty();
        assertThat(complete(NEWS, third, ALL).messages()).isEmpty();
        assertThat(append(NEWS, "4").offset()).isEqualTo(4);
        assertThat(jsons(latest(log, NEWS, ALL))).containsExactly("4");
    }

    @Test
    void trimsInSmallStepsBetweenWhichOthersPublish() throws Exception {
        var surplus = 2 * LogReader.TRIMMED_TOGETHER + 100;
        var kept = 50;
        publishMany(surplus + kept);
        var upTo = new Position(log.head(NEWS).epoch(), surplus);
        var published = new ArrayList<Long>();
        database.beforeRemoval = () -> published.add(append(NEWS, "meanwhile").offset());

        var steps = 1;
        while (((JdbcLog) log).trim(NEWS, upTo)) {
            // As soon as the first step begins, nobody gets what goes with the last one.
            assertThat(otherNode().since(NEWS, new Position(upTo.epoch(), surplus - 1), ALL))
                    .isInstanceOf(Replay.Gap.class);
            steps++;
        }

        assertThat(steps).isEqualTo(3);
        assertThat(published).containsExactly(surplus + kept + 1L, surplus + kept + 2L, surplus + kept + 3L);
        assertThat(database.removals).containsExactly(LogReader.TRIMMED_TOGETHER, LogReader.TRIMMED_TOGETHER, 100);
        assertThat(offsets(latest(otherNode(), NEWS, ALL)))
                .containsExactlyElementsOf(LongStream.rangeClosed(surplus + 1, surplus + kept + 3)
                        .boxed()
                        .toList());
        assertThat(((JdbcLog) log).trim(NEWS, upTo)).isFalse();
        assertThat(database.removals).hasSize(3);
    }

    @Test
    void removesWhatAnInterruptedTrimHasLeft() throws Exception {
        publishMany(LogReader.TRIMMED_TOGETHER + 20);
        var epoch = log.head(NEWS).epoch();
        database.beforeRemoval = () -> {
            throw new SQLException("the machine is switched off", "08006");
        };
        var upTo = new Position(epoch, LogReader.TRIMMED_TOGETHER + 10);
        assertThatThrownBy(() -> ((JdbcLog) log).trim(NEWS, upTo)).isInstanceOf(LogUnavailableException.class);
        assertThat(latest(log, NEWS, ALL)).hasSize(10);

        database.beforeRemoval = () -> {};
        assertThat(((JdbcLog) log).trim(NEWS, new Position(epoch, 0))).isTrue();
        assertThat(((JdbcLog) log).trim(NEWS, new Position(epoch, 0))).isFalse();

        assertThat(database.removals).containsExactly(LogReader.TRIMMED_TOGETHER, 10);
        assertThat(latest(log, NEWS, ALL)).hasSize(10);
    }

    @Test
    void takesTheIdOfATrimmedMessageForANewOne() {
        var first = append(draft(NEWS, ANN, "1", "id-1"));
        ((JdbcLog) log).trim(NEWS, first);

        assertThat(append(draft(NEWS, ANN, "another", "id-1")).offset()).isEqualTo(2);
    }

    private void publishMany(int count) {
        IntStream.rangeClosed(1, count)
                .mapToObj(n -> log.append(draft(NEWS, "" + n)))
                .toList()
                .forEach(LogContract::await);
    }

    @Test
    void sharesADatabaseWithOthers() throws Exception {
        try (var shared = ConnectionPool.open(createDatabase())) {
            try (var connection = shared.getConnection();
                    var statement = connection.createStatement()) {
                statement.execute("CREATE TABLE orders (number INTEGER)");
            }

            Schema.prepare(shared, UUID.randomUUID().toString());
            Schema.prepare(shared, UUID.randomUUID().toString());

            log = openLog(shared, BOUNDS, threads);
            assertThat(append(NEWS, "1").offset()).isEqualTo(1);
            assertThat(jsons(all(NEWS))).containsExactly("1");
        }
    }

    @Test
    void keepsAllForTheNextLife() {
        var draft = draft(NEWS, ANN, "1", "id-1");
        var first = await(log.append(draft)).message();
        append(NEWS, "2");
        var head = log.head(NEWS);
        var empty = log.head(ORDERS);

        Schema.prepare(database.dataSource(), UUID.randomUUID().toString());
        log = otherNode();

        assertThat(log.head(NEWS)).isEqualTo(head);
        assertThat(log.head(ORDERS)).isEqualTo(empty);
        assertThat(jsons(all(NEWS))).containsExactly("1", "2");
        assertThat(await(log.append(draft))).isEqualTo(new Appended(first, true));
        assertThat(append(NEWS, "3")).isEqualTo(new Position(head.epoch(), 3));
    }

    @Test
    void makesAChannelOnceWhenTwoNodesBegin() throws Exception {
        var nodes = List.of(log, otherNode());
        for (var round = 1; round <= 20; round++) {
            var channel = new ChannelName("round-" + round);
            var answers = inThreads(2, node -> await(nodes.get(node).append(draft(channel, "" + node))));
            assertThat(answers)
                    .extracting(answer -> position(answer.message()).offset())
                    .containsExactlyInAnyOrder(1L, 2L);
            assertThat(answers)
                    .extracting(answer -> position(answer.message()).epoch())
                    .containsOnly(log.head(NEWS).epoch());
        }
    }

    @Test
    void hasOneOrderForAllNodes() throws Exception {
        var nodes = List.of(log, otherNode());
        var channels = List.of(NEWS, ORDERS, new ChannelName("third"));
        var beginning = log.head(NEWS);
        var done = new AtomicBoolean();
        var readers = IntStream.range(0, 2)
                .mapToObj(node -> CompletableFuture.runAsync(
                        () -> {
                            var read = new ArrayList<Long>();
                            var last = beginning;
                            while (!done.get()
                                    || last.offset()
                                            < nodes.get(node).head(NEWS).offset()) {
                                var head = nodes.get(node).head(NEWS);
                                var replay = nodes.get(node).since(NEWS, last, 50);
                                var messages = ((Replay.Complete) replay).messages();
                                assertThat(replay.head().offset()).isGreaterThanOrEqualTo(head.offset());
                                assertThat(messages.isEmpty())
                                        .isEqualTo(replay.head().equals(last));
                                read.addAll(offsets(messages));
                                if (!messages.isEmpty()) {
                                    last = position(messages.get(messages.size() - 1));
                                }
                            }
                            assertThat(read)
                                    .containsExactlyElementsOf(LongStream.rangeClosed(1, last.offset())
                                            .boxed()
                                            .toList());
                        },
                        threads))
                .toList();

        var answers = inThreads(8, thread -> {
            var stages = new ArrayList<CompletionStage<Appended>>();
            for (var n = 1; n <= 100; n++) {
                for (var channel : channels) {
                    // Each message by both nodes: one of them answers that it is a repeat.
                    stages.add(nodes.get(thread % 2)
                            .append(draft(channel, ANN, thread / 2 + "-" + n, thread / 2 + "-" + n)));
                }
            }
            return stages.stream().map(LogContract::await).toList();
        });
        done.set(true);
        for (var reader : readers) {
            reader.get(60, SECONDS);
        }

        assertThat(answers.stream().flatMap(List::stream).filter(Appended::duplicate))
                .hasSize(1_200);
        for (var channel : channels) {
            var stored = all(channel);
            assertThat(offsets(stored))
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(1, 400).boxed().toList());
            assertThat(jsons(stored)).doesNotHaveDuplicates();
            assertThat(latest(nodes.get(1), channel, ALL)).isEqualTo(stored);
        }
    }

    @Test
    void showsAllWhoReadMeanwhileWhatItHasAcknowledged() throws Exception {
        var acknowledged = new AtomicLong();
        var done = new AtomicBoolean();
        var readers = IntStream.range(0, 4)
                .mapToObj(reader -> CompletableFuture.runAsync(
                        () -> {
                            while (!done.get()) {
                                var atLeast = acknowledged.get();
                                assertThat(log.head(NEWS).offset()).isGreaterThanOrEqualTo(atLeast);
                            }
                        },
                        threads))
                .toList();

        for (var n = 1; n <= 2_000; n++) {
            acknowledged.set(append(NEWS, "" + n).offset());
        }

        done.set(true);
        for (var reader : readers) {
            reader.get(60, SECONDS);
        }
    }

    /** What a test appends. */
    private interface Appending {
        Stream<CompletionStage<Appended>> run();
    }

    /** Appends while the commit of another message, {@code first} in NEWS, does not end; all of it goes into the next one. */
    private List<CompletionStage<Appended>> whileACommitWaits(Appending appending) throws Exception {
        var waits = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        database.beforeCommit = () -> {
            waits.countDown();
            try {
                assertThat(goOn.await(30, SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new SQLException(e);
            }
        };
        var first = log.append(draft(NEWS, "first"));
        assertThat(waits.await(30, SECONDS)).isTrue();
        var stages = appending.run().toList();
        database.beforeCommit = () -> {};
        goOn.countDown();
        await(first);
        return stages;
    }

    /** All messages of a channel that a log has, oldest first. */
    static List<Envelope> kept(Log log, ChannelName channel) {
        return latest(log, channel, ALL);
    }

    /** Another log on the same database. */
    JdbcLog otherNode() {
        return openLog(database.dataSource(), BOUNDS, threads);
    }
}
