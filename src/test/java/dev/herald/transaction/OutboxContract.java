package dev.herald.transaction;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
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
import jakarta.transaction.Status;
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
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the outbox promises on each database. */
@Timeout(value = 60, unit = SECONDS)
abstract class OutboxContract {

    static final ChannelName ORDERS = new ChannelName("orders");
    private static final ChannelName OTHER = new ChannelName("other");
    private static final ChannelName IN_MEMORY = new ChannelName("memory");
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** Of connections to a new database. */
    HikariDataSource database;

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

    /** Sets what is wanted for connections to a new and empty database. */
    abstract void connect(HikariConfig config) throws Exception;

    @BeforeEach
    void createTables() throws Exception {
        var config = new HikariConfig();
        config.setMaximumPoolSize(16);
        config.setMinimumIdle(1);
        connect(config);
        database = new HikariDataSource(config);
        OutboxSchema.migrate(database);
        publisher = publisher(relay(database, hub::publish));
    }

    @AfterEach
    void close() {
        relays.forEach(OutboxRelay::close);
        threads.shutdownNow();
        timer.shutdownNow();
        database.close();
    }

    private OutboxRelay relay(DataSource from, OutboxMove.Target log) {
        var relay = new OutboxRelay(from, log, () -> {}, threads, timer);
        relays.add(relay);
        return relay;
    }

    void openRelay() {
        relay(database, hub::publish).open();
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

    void awaitPublished(ChannelName channel, String... jsons) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(published(channel)).containsExactly(jsons));
    }

    int rows(String where) throws SQLException {
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

    void awaitEmpty() {
        await().atMost(PATIENCE).until(() -> rows("refused IS NULL") == 0);
    }

    void insert(String channel, String event, String json) throws SQLException {
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
        atCompletion(() -> publish(ORDERS, "2"));
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
    void whatNoLogCanHoldFailsForItsPublisherAndTheRestOfItsTransactionIsCommitted() {
        transactions.begin();
        var toNobody = publisher.publish(new Draft(ORDERS, "told", null, "a\0b", "0", null));
        var tooLong = publisher.publish(new Draft(ORDERS, "told", null, "x".repeat(129), "0", null));
        var brokenUnicode = publisher.publish(new Draft(ORDERS, "told", null, null, "0", null, Set.of("\ud800")));
        var unused = publish(ORDERS, "1");
        transactions.commit();

        awaitPublished(ORDERS, "1");
        for (var stage : List.of(toNobody, tooLong, brokenUnicode)) {
            assertThat(stage)
                    .failsWithin(Duration.ZERO)
                    .withThrowableOfType(ExecutionException.class)
                    .withCauseInstanceOf(RefusedException.class)
                    .withMessageContaining("the log does not hold");
        }
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

        assertThatIllegalStateException()
                .isThrownBy(() -> publish(ORDERS, "1"))
                .withMessageStartingWith("the outbox does not take what was published");
        assertThat(transactions.getTransactionStatus()).isEqualTo(Status.STATUS_MARKED_ROLLBACK);
        transactions.rollBack();
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
    void whoPublishesSecondIsSecondHoweverLongTheFirstOneTakesToCommit() {
        transactions.begin();
        var unused = publish(ORDERS, "1");
        var second = CompletableFuture.runAsync(() -> commit(ORDERS, "2"), threads);
        CompletableFuture.runAsync(() -> commit(OTHER, "3"), threads)
                .orTimeout(20, SECONDS)
                .join();
        awaitPublished(OTHER, "3");
        assertThat(second).isNotDone();
        transactions.commit();

        assertThat(second).succeedsWithin(PATIENCE);
        awaitPublished(ORDERS, "1", "2");
    }

    @Test
    void whatIsRolledBackWhenEverythingIsDoneIsNowhereAlsoWhereCompletingTransactionsGiveNoConnections()
            throws Exception {
        transactions.givesConnectionsWhileCompleting = false;
        transactions.begin();
        var stage = publish(ORDERS, "1");
        atCompletion(transactions::setRollbackOnly);
        transactions.commit();
        assertThat(rows("TRUE")).isZero();
        commit(ORDERS, "2");

        awaitPublished(ORDERS, "2");
        assertThat(stage).isCompletedExceptionally();
    }

    @Test
    void whatIsPublishedWhileTheTransactionCompletesRollsItBackWhereThereIsNoConnectionForIt() throws Exception {
        transactions.givesConnectionsWhileCompleting = false;
        transactions.begin();
        var first = publish(ORDERS, "1");
        atCompletion(() -> publish(ORDERS, "2"));

        assertThatIllegalStateException()
                .isThrownBy(transactions::commit)
                .withMessageContaining("do not take part in the transaction");
        assertThat(first).isCompletedExceptionally();
        assertThat(rows("TRUE")).isZero();
    }

    private void atCompletion(Runnable action) {
        transactions.registerInterposedSynchronization(new Synchronization() {
            @Override
            public void beforeCompletion() {
                action.run();
            }

            @Override
            public void afterCompletion(int status) {
                // Nothing to do.
            }
        });
    }

    @Test
    void aDataSourceThatTakesNoPartInTransactionsIsRefused() throws Exception {
        publisher = new TransactionalPublisher(
                hub, transactions, new Outbox(database, channel -> true, Clock.systemUTC(), relays.get(0)));
        transactions.begin();

        assertThatIllegalStateException()
                .isThrownBy(() -> publish(ORDERS, "1"))
                .withMessageContaining("do not take part in the transaction");
        transactions.commit();
        assertThat(rows("TRUE")).isZero();
    }

    /** The application's row is locked from its update to the commit, so its numbers are in the order of the commits. */
    @Test
    void theLogHasTheOrderInWhichTheApplicationsOwnRowWasCommittedAndNothingThatWasRolledBack() throws Exception {
        execute("CREATE TABLE placed (number INTEGER NOT NULL)");
        execute("INSERT INTO placed VALUES (0)");
        relays.get(0).open();
        var work = IntStream.range(0, 4)
                .mapToObj(thread -> CompletableFuture.runAsync(
                        () -> IntStream.range(0, 50).forEach(n -> place(n % 5 == thread)), threads))
                .toArray(CompletableFuture[]::new);
        CompletableFuture.allOf(work).get(40, SECONDS);
        awaitEmpty();

        awaitPublished(
                ORDERS,
                IntStream.rangeClosed(1, 160).mapToObj(Integer::toString).toArray(String[]::new));
    }

    private void place(boolean fails) {
        transactions.begin();
        try (var connection = transactions.enlisted(database).getConnection();
                var statement = connection.createStatement()) {
            statement.executeUpdate("UPDATE placed SET number = number + 1");
            try (var row = statement.executeQuery("SELECT number FROM placed")) {
                row.next();
                var unused = publish(ORDERS, row.getString(1));
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        if (fails) {
            transactions.rollBack();
        } else {
            transactions.commit();
        }
    }

    void execute(String sql) throws SQLException {
        try (var connection = database.getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void aTransactionThatIsIsolatedMoreStrictlyWaitsForItsTurnAndIsNotRefused() throws Exception {
        try (var first = begin();
                var second = begin()) {
            OutboxTable.write(first, draft("1"), 0);
            var written = CompletableFuture.runAsync(() -> write(second, "2"), threads);
            first.commit();
            written.get(20, SECONDS);
            second.commit();
        }
        relays.get(0).open();

        awaitPublished(ORDERS, "1", "2");
    }

    /** In a transaction that has read already, so that it sees what was there then. */
    private Connection begin() throws SQLException {
        var connection = database.getConnection();
        connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        connection.setAutoCommit(false);
        try (var statement = connection.createStatement()) {
            statement.execute("SELECT 1");
        }
        return connection;
    }

    private static Draft draft(String json) {
        return Outbox.named(new Draft(ORDERS, "created", null, null, json, null));
    }

    private static void write(Connection connection, String json) {
        try {
            OutboxTable.write(connection, draft(json), 0);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void onlyOneMovesAtATimeAndTheOtherDoesNotWait() throws Exception {
        try (var first = database.getConnection();
                var second = database.getConnection()) {
            first.setAutoCommit(false);
            second.setAutoCommit(false);

            assertThat(OutboxTable.claim(first)).isTrue();
            assertThat(OutboxTable.claim(second)).isFalse();
            first.rollback();
            assertThat(OutboxTable.claim(second)).isTrue();
            second.rollback();
        }
    }

    @Test
    void whoseSessionEndsWhileItMovesDoublesNothingAndSwapsNothingWhenItGoesOnBesideTheNextOne() throws Exception {
        for (var n = 1; n <= 20; n++) {
            insert("orders", "created", "" + n);
        }
        var session = new AtomicReference<Connection>();
        var reached = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        var asked = new AtomicInteger();
        OutboxMove.Target slow = draft -> {
            if (asked.incrementAndGet() == 10) {
                reached.countDown();
                join(goOn);
            }
            return hub.publish(draft);
        };
        try (var log = new ErrorLog(OutboxRelay.class)) {
            relay(noting(session), slow).open();
            join(reached);
            assertThat(published(ORDERS)).hasSize(9);
            database.evictConnection(session.get());
            var next = relay(database, hub::publish);
            next.open();
            await().atMost(PATIENCE).until(() -> published(ORDERS).size() > 9);
            goOn.countDown();
            awaitEmpty();

            assertThat(published(ORDERS))
                    .containsExactlyElementsOf(IntStream.rangeClosed(1, 20)
                            .mapToObj(Integer::toString)
                            .toList());
            await().atMost(PATIENCE).until(() -> asked.get() >= 20);
            assertThat(published(ORDERS)).hasSize(20);
            assertThat(log.warnings()).allMatch(line -> line.startsWith("the outbox cannot be moved to the log"));
        }
    }

    /** The database, which says what connection it has given last. */
    private DataSource noting(AtomicReference<Connection> last) {
        return proxy(DataSource.class, database, (method, arguments, result) -> {
            if (result instanceof Connection connection) {
                last.set(connection);
            }
            return result;
        });
    }

    @Test
    void severalNodesMayMakeTheTablesAtTheSameTimeBesideTheApplicationsOwn() throws Exception {
        execute("CREATE TABLE of_the_application (id INTEGER)");
        for (var table : List.of("herald_outbox", "herald_outbox_lane", "herald_outbox_schema")) {
            execute("DROP TABLE " + quoted(table));
        }
        var nodes = IntStream.range(0, 4)
                .mapToObj(node -> CompletableFuture.runAsync(() -> OutboxSchema.migrate(database), threads))
                .toArray(CompletableFuture[]::new);
        CompletableFuture.allOf(nodes).get(40, SECONDS);

        commit(ORDERS, "1");
        awaitPublished(ORDERS, "1");
    }

    /** Flyway quotes its own table's name. */
    private static String quoted(String table) {
        return table.endsWith("_schema") ? '"' + table + '"' : table;
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
                OutboxContract.class.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
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
