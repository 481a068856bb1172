package dev.herald.transaction;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import dev.herald.api.ChannelName;
import dev.herald.api.Envelope;
import dev.herald.api.Receipt;
import dev.herald.api.RefusedException;
import dev.herald.hub.ChannelKinds;
import dev.herald.hub.Draft;
import dev.herald.hub.Hub;
import dev.herald.hub.HubLimits;
import dev.herald.hub.MemoryLog;
import dev.herald.testing.ErrorLog;
import dev.herald.testing.NoObservers;
import jakarta.transaction.Synchronization;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = SECONDS)
class OutboxRelayTest {

    private static final ChannelName ORDERS = new ChannelName("orders");
    private static final ChannelName OTHER = new ChannelName("other");
    private static final ChannelName IN_MEMORY = new ChannelName("memory");
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final JdbcConnectionPool database =
            JdbcConnectionPool.create("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1", "a", "a");
    private final Hub hub = new Hub(
            new MemoryLog("life", Clock.systemUTC(), new MemoryLog.Bounds(20_000, 1_000_000_000, 100)),
            new ChannelKinds(List.of(), List.of()),
            new NoObservers(),
            new HubLimits(100, 10, 100),
            Clock.systemUTC(),
            Runnable::run);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final FakeTransactions transactions = new FakeTransactions();
    private final List<OutboxRelay> relays = new ArrayList<>();
    private TransactionalPublisher publisher;

    @BeforeEach
    void createTables() {
        OutboxSchema.migrate(database);
        publisher = publisher(relay(database, hub::publish));
    }

    @AfterEach
    void close() {
        relays.forEach(OutboxRelay::close);
        threads.shutdownNow();
        timer.shutdownNow();
        database.dispose();
    }

    private OutboxRelay relay(DataSource from, OutboxMove.Target log) {
        var relay = new OutboxRelay(from, log, () -> {}, threads, timer);
        relays.add(relay);
        return relay;
    }

    private TransactionalPublisher publisher(OutboxRelay relay) {
        Predicate<ChannelName> isDurable = channel -> !channel.equals(IN_MEMORY);
        return new TransactionalPublisher(
                hub, transactions, new Outbox(transactions.enlisted(database), isDurable, Clock.systemUTC(), relay));
    }

    private CompletionStage<Receipt> publish(ChannelName channel, String json) {
        return publisher.publish(new Draft(channel, "created", null, null, json, null));
    }

    private void commit(ChannelName channel, String... jsons) {
        transactions.begin();
        for (var json : jsons) {
            var unused = publish(channel, json);
        }
        transactions.commit();
    }

    private List<String> published(ChannelName channel) {
        return hub.latest(channel, 20_000).stream().map(Envelope::json).toList();
    }

    private void awaitPublished(ChannelName channel, String... jsons) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(published(channel)).containsExactly(jsons));
    }

    private int rows(String where) throws SQLException {
        try (var connection = database.getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT COUNT(*) FROM herald_outbox WHERE " + where)) {
            rows.next();
            return rows.getInt(1);
        }
    }

    private int rowsOfTheTransaction() {
        try (var connection = transactions.enlisted(database).getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT COUNT(*) FROM herald_outbox")) {
            rows.next();
            return rows.getInt(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void awaitEmpty() {
        await().atMost(PATIENCE).until(() -> rows("refused IS NULL") == 0);
    }

    private void insert(String channel, String event, String json) throws SQLException {
        try (var connection = database.getConnection();
                var insert = connection.prepareStatement(
                        "INSERT INTO herald_outbox (message_id, channel, event, json, created_at) VALUES (?, ?, ?, ?, 0)")) {
            insert.setString(1, UUID.randomUUID().toString());
            insert.setString(2, channel);
            insert.setString(3, event);
            insert.setString(4, json);
            insert.executeUpdate();
        }
    }

    @Test
    void whatIsCommittedIsMovedAndWhoPublishedItHasTheReceipt() throws Exception {
        transactions.begin();
        var first = publish(ORDERS, "\"😀\"");
        var second = publish(ORDERS, "2");
        assertThat(rows("TRUE")).isZero();
        assertThat(published(ORDERS)).isEmpty();
        transactions.commit();

        awaitPublished(ORDERS, "\"😀\"", "2");
        assertThat(first.toCompletableFuture().get(20, SECONDS).position().offset())
                .isEqualTo(1);
        assertThat(second.toCompletableFuture().get(20, SECONDS).duplicate()).isFalse();
        awaitEmpty();
    }

    @Test
    void whatIsRolledBackIsNowhere() throws Exception {
        transactions.begin();
        var stage = publish(ORDERS, "1");
        transactions.rollBack();
        commit(ORDERS, "2");

        awaitPublished(ORDERS, "2");
        assertThat(stage)
                .failsWithin(Duration.ZERO)
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(RefusedException.class);
    }

    @Test
    void whatOthersSeeAlreadyIsMovedOnlyOnceItsTransactionHasEnded() {
        var relay = new OutboxRelay(database, hub::publish, () -> {}, Runnable::run, timer);
        relays.add(relay);
        publisher = publisher(relay);
        var publishedBefore = new ArrayList<List<String>>();
        transactions.begin();
        transactions.registerInterposedSynchronization(new Synchronization() {
            @Override
            public void beforeCompletion() {
                // Comes too early.
            }

            @Override
            public void afterCompletion(int status) {
                relay.wake();
                publishedBefore.add(published(ORDERS));
            }
        });
        var unused = publish(ORDERS, "1");
        transactions.commit();

        assertThat(publishedBefore).containsExactly(List.of());
        assertThat(published(ORDERS)).containsExactly("1");
    }

    @Test
    void whatIsPublishedWhileTheTransactionCompletesIsWrittenToo() {
        transactions.begin();
        var first = publish(ORDERS, "1");
        transactions.registerInterposedSynchronization(new Synchronization() {
            @Override
            public void beforeCompletion() {
                var unused = publish(ORDERS, "2");
            }

            @Override
            public void afterCompletion(int status) {
                // Nothing to do.
            }
        });
        var written = new AtomicInteger();
        transactions.beforeCommit = () -> written.set(rowsOfTheTransaction());
        transactions.commit();
        assertThat(written).hasValue(2);

        awaitPublished(ORDERS, "1", "2");
        assertThat(first).succeedsWithin(PATIENCE);
    }

    @Test
    void allOfAMessageArrives() {
        var except = Set.of("one\nroom", "back\\slash");
        transactions.begin();
        var unused =
                publisher.publish(new Draft(ChannelName.ofUser("名前"), "shipped", null, "名前", "\"سلمى\"", null, except));
        transactions.commit();

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(hub.latest(ChannelName.ofUser("名前"), 10))
                        .singleElement()
                        .satisfies(message -> {
                            assertThat(message.event()).isEqualTo("shipped");
                            assertThat(message.to()).isEqualTo("名前");
                            assertThat(message.json()).isEqualTo("\"سلمى\"");
                            assertThat(message.except()).isEqualTo(except);
                            assertThat(message.from()).isNull();
                        }));
    }

    @Test
    void whatWouldNotSurviveTheServerAnywayGoesOutAfterTheCommitWithoutTheTable() throws Exception {
        transactions.begin();
        var unused = publish(IN_MEMORY, "1");
        transactions.beforeCommit = () -> {
            try {
                assertThat(rows("TRUE")).isZero();
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        };
        transactions.commit();

        assertThat(published(IN_MEMORY)).containsExactly("1");
    }

    @Test
    void outsideOfATransactionItIsPublishedAtOnce() {
        assertThat(publish(ORDERS, "1")).isCompleted();
        assertThat(published(ORDERS)).containsExactly("1");
    }

    @Test
    void aTransactionWhoseMessagesCannotBeWrittenIsRolledBack() throws Exception {
        try (var connection = database.getConnection();
                var statement = connection.createStatement()) {
            statement.execute("DROP TABLE herald_outbox");
        }
        transactions.begin();
        var stage = publish(ORDERS, "1");

        assertThatIllegalStateException()
                .isThrownBy(transactions::commit)
                .withMessageStartingWith("the outbox does not take what was published");
        assertThat(stage).isCompletedExceptionally();
    }

    @Test
    void transactionsOfOneChannelCommitOneAfterAnotherInTheOrderOfTheirMessages() throws Exception {
        var reached = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        var isFirst = new AtomicBoolean(true);
        transactions.beforeCommit = () -> {
            if (isFirst.compareAndSet(true, false)) {
                reached.countDown();
                join(goOn);
            }
        };
        var first = CompletableFuture.runAsync(() -> commit(ORDERS, "1"), threads);
        join(reached);
        var second = CompletableFuture.runAsync(() -> commit(ORDERS, "2"), threads);
        var ofAnotherLane = CompletableFuture.runAsync(() -> commit(OTHER, "3"), threads);

        awaitPublished(OTHER, "3");
        assertThat(second).isNotDone();
        assertThat(published(ORDERS)).isEmpty();
        goOn.countDown();

        assertThat(CompletableFuture.allOf(first, second, ofAnotherLane)).succeedsWithin(PATIENCE);
        awaitPublished(ORDERS, "1", "2");
    }

    private static void join(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void whatManyThreadsCommitWhileTwoNodesMoveItIsThereOnceAndInTheirOrder() throws Exception {
        var threadsAtWork = 4;
        var each = 50;
        var other = relay(database, hub::publish);
        other.open();
        relays.get(0).open();
        var work = IntStream.range(0, threadsAtWork)
                .mapToObj(thread -> CompletableFuture.runAsync(
                        () -> {
                            for (var n = 0; n < each; n++) {
                                commit(ORDERS, "\"" + thread + "-" + n + "\"", "\"" + thread + "-" + n + "b\"");
                                other.wake();
                            }
                        },
                        threads))
                .toArray(CompletableFuture[]::new);
        CompletableFuture.allOf(work).get(40, SECONDS);
        awaitEmpty();

        await().atMost(PATIENCE).until(() -> published(ORDERS).size() >= 2 * threadsAtWork * each);
        var all = published(ORDERS);
        assertThat(all).doesNotHaveDuplicates().hasSize(2 * threadsAtWork * each);
        for (var thread = 0; thread < threadsAtWork; thread++) {
            var prefix = "\"" + thread + "-";
            var expected = IntStream.range(0, each)
                    .boxed()
                    .flatMap(n -> List.of(prefix + n + "\"", prefix + n + "b\"").stream())
                    .toList();
            assertThat(all.stream().filter(json -> json.startsWith(prefix))).containsExactlyElementsOf(expected);
        }
    }

    @Test
    void whatAProcessHasLeftIsMovedByTheNextOne() throws Exception {
        insert("orders", "created", "1");
        insert("orders", "created", "2");

        relay(database, hub::publish).open();

        awaitPublished(ORDERS, "1", "2");
        awaitEmpty();
    }

    @Test
    void aProcessThatDiesBeforeItDeletesWhatTheLogHasLeavesNoDouble() throws Exception {
        insert("orders", "created", "1");
        insert("orders", "created", "2");
        var failures = new AtomicInteger();
        try (var log = new ErrorLog(OutboxRelay.class)) {
            relay(failingToDelete(failures), hub::publish).open();
            awaitPublished(ORDERS, "1", "2");
            await().atMost(PATIENCE).until(() -> failures.get() > 0);
            assertThat(rows("TRUE")).isEqualTo(2);

            relay(database, hub::publish).open();
            awaitEmpty();

            assertThat(published(ORDERS)).containsExactly("1", "2");
            assertThat(log.warnings()).allMatch(line -> line.startsWith("the outbox cannot be moved to the log"));
        }
    }

    private DataSource failingToDelete(AtomicInteger failures) {
        return proxy(DataSource.class, database, (method, arguments, result) -> {
            if (!(result instanceof Connection)) {
                return result;
            }
            return proxy(Connection.class, result, (name, values, answer) -> {
                if (name.equals("prepareStatement") && values[0].toString().startsWith("DELETE")) {
                    failures.incrementAndGet();
                    throw new SQLException("the process dies here");
                }
                return answer;
            });
        });
    }

    private interface Call {
        Object after(String method, Object[] arguments, Object result) throws Throwable;
    }

    private static <T> T proxy(Class<T> type, Object target, Call call) {
        return type.cast(Proxy.newProxyInstance(
                OutboxRelayTest.class.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    try {
                        return call.after(method.getName(), arguments, method.invoke(target, arguments));
                    } catch (InvocationTargetException e) {
                        throw e.getTargetException();
                    }
                }));
    }

    @Test
    void aMessageThatCanNeverBeInTheLogIsSetAsideAndTheOthersGoOn() throws Exception {
        try (var log = new ErrorLog(OutboxMove.class)) {
            insert("no channel", "created", "1");
            insert("orders", "connect", "2");
            insert("orders", "created", "{broken");
            insert("orders", "created", "4");

            relay(database, hub::publish).open();

            awaitPublished(ORDERS, "4");
            awaitEmpty();
            assertThat(rows("refused IS NOT NULL")).isEqualTo(3);
            assertThat(log.lines())
                    .hasSize(3)
                    .allMatch(line -> line.contains("can never be in the log and is set aside"));
        }
    }

    @Test
    void whileTheLogTakesNothingAllWaitsInItsOrder() throws Exception {
        var isDown = new AtomicBoolean(true);
        var asked = new AtomicInteger();
        OutboxMove.Target log = draft -> {
            asked.incrementAndGet();
            return isDown.get()
                    ? CompletableFuture.failedStage(new RefusedException(
                            RefusedException.Reason.LOG_UNAVAILABLE, "the database does not answer"))
                    : hub.publish(draft);
        };
        try (var lines = new ErrorLog(OutboxMove.class)) {
            for (var n = 1; n <= 5; n++) {
                insert("orders", "created", "" + n);
            }
            relay(database, log).open();
            await().atMost(PATIENCE).until(() -> asked.get() > 0);
            assertThat(published(ORDERS)).isEmpty();
            isDown.set(false);

            awaitPublished(ORDERS, "1", "2", "3", "4", "5");
            assertThat(lines.lines()).isEmpty();
        }
    }

    @Test
    void aMessageThatTheLogDoesNotTakeOnceIsOvertakenByNoOtherOfItsChannel() throws Exception {
        var asked = new AtomicInteger();
        OutboxMove.Target log = draft -> asked.incrementAndGet() == 1
                ? CompletableFuture.failedStage(
                        new RefusedException(RefusedException.Reason.OVERLOADED, "too much waits"))
                : hub.publish(draft);
        try (var lines = new ErrorLog(OutboxMove.class)) {
            insert("orders", "created", "1");
            insert("other", "created", "0");
            insert("orders", "created", "2");
            insert("orders", "created", "3");
            relay(database, log).open();

            awaitPublished(OTHER, "0");
            awaitPublished(ORDERS, "1", "2", "3");
            assertThat(lines.lines()).isEmpty();
        }
    }

    @Test
    void aPublisherHasTheReceiptAlsoWhenAnotherNodeHasMovedItsMessage() throws Exception {
        var draft = Outbox.named(new Draft(ORDERS, "created", null, null, "1", null));
        var there = hub.publish(draft).toCompletableFuture().join();
        var relay = relay(database, hub::publish);

        var receipt = relay.expect(draft);
        relay.wake();

        assertThat(receipt.toCompletableFuture().get(20, SECONDS).position()).isEqualTo(there.position());
        assertThat(published(ORDERS)).containsExactly("1");
    }

    @Test
    void goingDownTellsThoseWhoWaitThatTheirMessageIsKept() {
        var relay = relay(database, hub::publish);
        var receipt = relay.expect(Outbox.named(new Draft(ORDERS, "created", null, null, "1", null)));
        relay.close();

        assertThat(receipt)
                .failsWithin(Duration.ZERO)
                .withThrowableOfType(ExecutionException.class)
                .withMessageContaining("kept in the outbox");
        assertThat(relay.expect(Outbox.named(new Draft(ORDERS, "created", null, null, "2", null))))
                .isCompletedExceptionally();
    }
}
