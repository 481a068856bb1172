package dev.herald.journal;

import static java.lang.System.Logger.Level.ERROR;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.herald.api.RefusedException;
import dev.herald.hub.ClientStates;
import dev.herald.hub.ClientStatesContract;
import dev.herald.hub.LogUnavailableException;
import dev.herald.testing.AdjustableClock;
import dev.herald.testing.ErrorLog;
import dev.herald.testing.FakeTimer;
import dev.herald.testing.QuietLog;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What {@link JdbcClientStates} promise on each database. */
abstract class JdbcClientStatesContract extends ClientStatesContract {

    private static final Duration WINDOW = Duration.ofMinutes(2);
    private static final Duration PATIENCE = WINDOW.plus(JdbcClientStates.GRACE);

    UnrulyDatabase database;

    private final FakeTimer timer = new FakeTimer();
    private final AdjustableClock clock = new AdjustableClock(Instant.parse("2026-02-03T04:05:06.789Z"));
    private final AtomicBoolean isHousekeeper = new AtomicBoolean(true);
    private ExecutorService threads;
    private JdbcConnectionPool pool;

    /** A pool of connections to the database, which is new and empty at the first call. */
    abstract JdbcConnectionPool createDatabase() throws Exception;

    @Override
    protected ClientStates createStates() {
        openDatabase();
        return life();
    }

    void openDatabase() {
        try {
            pool = createDatabase();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
        threads = Executors.newCachedThreadPool();
        Schema.prepare(pool, "epoch");
        database = new UnrulyDatabase(pool);
    }

    /** One more life of a server, with a timer that all share. */
    JdbcClientStates life() {
        return life(timer, 10_000);
    }

    private JdbcClientStates life(FakeTimer itsTimer, int waiting) {
        return new JdbcClientStates(
                new DataSources(database.dataSource()),
                WINDOW,
                clock,
                new Threads(threads, itsTimer.asExecutor()),
                new Housekeeping(false, isHousekeeper::get),
                waiting,
                100_000_000);
    }

    @AfterEach
    void close() {
        threads.shutdownNow();
        // Who still uses the database would keep its files open.
        Awaitility.await().until(threads::isTerminated);
        pool.dispose();
    }

    @Test
    void givesAnotherLifeWhatWasPutLast() {
        await(states.put("secret", "first"));
        await(states.put("secret", "second \u20ac \ud83d\ude00 'quoted'"));
        await(states.put("other", "third"));

        var next = life();

        assertThat(next.take("secret")).contains("second \u20ac \ud83d\ude00 'quoted'");
        assertThat(next.take("other")).contains("third");
        assertThat(next.take("nobody's")).isEmpty();
    }

    @Test
    void givesAStateOnce() {
        await(states.put("secret", "state"));
        var next = life();

        assertThat(next.take("secret")).contains("state");

        assertThat(next.take("secret")).isEmpty();
        assertThat(states.take("secret")).contains("state");
    }

    @Test
    void givesAStateToOneOfManyCallersOfOneLife() throws Exception {
        var next = life();
        for (var round = 0; round < 30; round++) {
            var secret = "secret-" + round;
            await(states.put(secret, "state"));

            var taken = together(IntStream.range(0, 6)
                    .<Callable<Optional<String>>>mapToObj(n -> () -> next.take(secret))
                    .toList());

            assertThat(taken.stream().flatMap(Optional::stream)).hasSize(1);
        }
    }

    @Test
    void givesAStateAgainWhenNobodyKnewThatItWasTaken() {
        await(states.put("secret", "state"));
        var next = life();
        database.afterTaking = () -> {
            throw new SQLException("the answer was lost", "08006");
        };
        assertThatThrownBy(() -> next.take("secret")).isInstanceOf(LogUnavailableException.class);
        database.afterTaking = () -> {};

        assertThat(next.take("secret")).contains("state");
        assertThat(next.take("secret")).isEmpty();
        assertThat(states.take("secret")).contains("state");
    }

    @Test
    void givesAStateToOneOfThoseWhoTryAgain() throws Exception {
        for (var round = 0; round < 30; round++) {
            var secret = "secret-" + round;
            await(states.put(secret, "state"));
            var next = life();
            database.afterTaking = () -> {
                throw new SQLException("the answer was lost", "08006");
            };
            assertThatThrownBy(() -> next.take(secret)).isInstanceOf(LogUnavailableException.class);
            database.afterTaking = () -> {};

            var taken = together(IntStream.range(0, 6)
                    .<Callable<Optional<String>>>mapToObj(n -> () -> next.take(secret))
                    .toList());

            assertThat(taken.stream().flatMap(Optional::stream)).hasSize(1);
        }
    }

    private <T> List<T> together(List<Callable<T>> what) throws Exception {
        var barrier = new CyclicBarrier(what.size());
        var running = new ArrayList<Future<T>>();
        for (var one : what) {
            running.add(threads.submit(() -> {
                barrier.await(10, SECONDS);
                return one.call();
            }));
        }
        var results = new ArrayList<T>();
        for (var one : running) {
            results.add(one.get(20, SECONDS));
        }
        return results;
    }

    @Test
    void refusesToKeepWhatAnotherLifeHasTaken() {
        await(states.put("secret", "state"));
        await(states.put("mine", "state"));
        var next = life();
        next.take("secret");
        await(next.put("secret", "newer"));

        assertThat(refusal(states.put("secret", "stale"))).isEqualTo(RefusedException.Reason.LOG_UNAVAILABLE);
        states.remove("secret");
        await(states.put("mine", "state"));

        assertThat(life().take("secret")).contains("newer");
    }

    private static RefusedException.Reason refusal(CompletionStage<Void> stage) {
        try {
            stage.toCompletableFuture().get(20, SECONDS);
            throw new AssertionError("it is kept");
        } catch (ExecutionException e) {
            return ((RefusedException) e.getCause()).reason();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void forgetsWhatIsRemovedButNotWhatIsPutAfterwards() {
        await(states.put("secret", "state"));
        await(states.put("other", "state"));

        states.remove("secret");
        states.remove("other");
        await(states.put("other", "newer"));

        assertThat(life().take("secret")).isEmpty();
        assertThat(life().take("other")).contains("newer");
    }

    @Test
    void keepsTheOrderOfTheCalls() {
        for (var round = 0; round < 50; round++) {
            var last = states.put("secret", "0");
            for (var n = 1; n <= 20; n++) {
                if (n % 5 == 0) {
                    states.remove("secret");
                }
                last = states.put("secret", round + "." + n);
            }
            await(last);

            var next = life();
            assertThat(next.take("secret")).contains(round + ".20");
            next.remove("secret");
            await(next.put("other-" + round, "state"));
        }
    }

    @Test
    void writesTogetherWhatWaits() throws Exception {
        await(states.put("secret", "state"));
        var commits = database.commits.get();

        var stages = whileACommitWaits(() -> IntStream.range(0, 200).mapToObj(n -> states.put("s-" + n % 50, "" + n)));

        stages.forEach(ClientStatesContract::await);
        assertThat(database.commits.get() - commits).isEqualTo(2);
        assertThat(life().take("s-49")).contains("199");
    }

    /** What is called while the database commits another state; the commit is over when this returns. */
    private List<CompletionStage<Void>> whileACommitWaits(Supplier<Stream<CompletionStage<Void>>> calls)
            throws Exception {
        var commitBegins = new CountDownLatch(1);
        var mayGoOn = new CountDownLatch(1);
        var isFirst = new AtomicBoolean(true);
        database.beforeCommit = () -> {
            if (isFirst.compareAndSet(true, false)) {
                commitBegins.countDown();
                try {
                    mayGoOn.await(20, SECONDS);
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
        };
        var first = states.put("first", "state");
        assertThat(commitBegins.await(20, SECONDS)).isTrue();
        var stages = calls.get().toList();
        assertThat(stages).noneMatch(stage -> stage.toCompletableFuture().isDone());
        assertThat(first.toCompletableFuture()).isNotDone();
        mayGoOn.countDown();
        await(first);
        return stages;
    }

    @Test
    void refusesWhenTooMuchWaits() throws Exception {
        states = life(timer, 3);
        var refused = new ArrayList<CompletionStage<Void>>();

        var stages = whileACommitWaits(() -> {
            var waiting = IntStream.range(0, 3)
                    .mapToObj(n -> states.put("s-" + n, ""))
                    .toList();
            refused.add(states.put("s-4", ""));
            return waiting.stream();
        });

        stages.forEach(ClientStatesContract::await);
        assertThat(refusal(refused.get(0))).isEqualTo(RefusedException.Reason.LOG_UNAVAILABLE);
    }

    @Test
    void saysOfAStateThatItIsKeptOnlyWhenItIsCommitted() {
        await(states.put("secret", "old"));
        database.beforeCommit = () -> {
            throw new SQLException("no room on the disk", "53100");
        };

        assertThat(refusal(states.put("secret", "new"))).isEqualTo(RefusedException.Reason.LOG_UNAVAILABLE);
        database.beforeCommit = () -> {};

        assertThat(life().take("secret")).contains("old");
        await(states.put("more", "state"));
        QuietLog.expect(ERROR, "the database takes no clients' states", "no room on the disk");
    }

    @Test
    void triesAgainWhatWasRolledBackForAnothersSake() {
        var failures = new AtomicBoolean(true);
        database.beforeCommit = () -> {
            if (failures.compareAndSet(true, false)) {
                throw new SQLException("deadlock", "40P01");
            }
        };

        await(states.put("secret", "state"));

        assertThat(life().take("secret")).contains("state");
    }

    @Test
    void refusesWhileTheDatabaseIsGoneAndGoesOnAfterwards() {
        await(states.put("secret", "state"));
        var next = life();
        database.gone = true;

        assertThat(refusal(states.put("other", "state"))).isEqualTo(RefusedException.Reason.LOG_UNAVAILABLE);
        states.remove("secret");
        assertThatThrownBy(() -> next.take("secret")).isInstanceOf(LogUnavailableException.class);

        database.gone = false;
        await(states.put("other", "state"));
        assertThat(next.take("other")).contains("state");
        QuietLog.expect(ERROR, "the database takes no clients' states", "the database is gone");
    }

    @Test
    void tellsTheOperatorOnceThatAnotherServerHasTheSameDatabase() {
        try (var log = new ErrorLog(JdbcClientStates.class)) {
            await(states.put("secret", "state"));
            var gone = life(new FakeTimer(), 10_000);
            await(gone.put("gone", "state"));
            timer.tick();
            clock.pass(JdbcClientStates.SIGN_INTERVAL);
            timer.tick();
            await(states.put("secret", "after the sign"));
            assertThat(log.warnings()).isEmpty();

            var other = life();
            await(other.put("other", "state"));
            for (var n = 0; n < 3; n++) {
                clock.pass(JdbcClientStates.SIGN_INTERVAL);
                timer.tick();
            }

            Awaitility.await().untilAsserted(() -> {
                timer.tick();
                assertThat(log.warnings())
                        .hasSize(2)
                        .allMatch(line -> line.contains("another Herald uses this database"));
            });
        }
    }

    @Test
    void refusesWhenNoThreadIsLentForLong() {
        var retries = new FakeTimer();
        states = life(retries, 10_000);
        threads.shutdownNow();
        try (var warnings = new ErrorLog(Writer.class)) {
            var put = states.put("secret", "state").toCompletableFuture();

            Awaitility.await().until(() -> {
                retries.endPauses();
                return put.isDone();
            });
            assertThat(refusal(put)).isEqualTo(RefusedException.Reason.LOG_UNAVAILABLE);
            assertThat(warnings.warnings()).hasSize(1);
        }
    }

    @Test
    void refusesWhatNoDatabaseTakesAndNothingElse() throws Exception {
        var stages = whileACommitWaits(() -> Stream.of(states.put("good", "state")));

        assertThat(refusal(states.put("bad", "\u0000"))).isEqualTo(RefusedException.Reason.LOG_UNAVAILABLE);
        assertThat(refusal(states.put("bad", "\ud83d"))).isEqualTo(RefusedException.Reason.LOG_UNAVAILABLE);
        stages.forEach(ClientStatesContract::await);
    }

    @Test
    void tellsTheDatabaseNoSecrets() throws Exception {
        await(states.put("a-secret-of-27-characters-..", "state"));

        assertThat(strings("SELECT id FROM client_state"))
                .singleElement()
                .asString()
                .matches("[A-Za-z0-9_-]{43}");
        assertThat(strings("SELECT id || node || state FROM client_state")).noneMatch(row -> row.contains("a-secret"));
    }

    private List<String> strings(String query) throws SQLException {
        try (var connection = pool.getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(query)) {
            var strings = new ArrayList<String>();
            while (rows.next()) {
                strings.add(rows.getString(1));
            }
            return strings;
        }
    }

    @Test
    void forgetsTheStatesOfALifeThatIsSilentForTooLong() throws Exception {
        var silent = life(new FakeTimer(), 10_000);
        var many = 2 * JdbcClientStates.PURGED_TOGETHER + 1;
        IntStream.range(0, many)
                .mapToObj(n -> silent.put("s-" + n, "state"))
                .toList()
                .forEach(stage -> await(stage));
        await(states.put("mine", "state"));

        clock.pass(PATIENCE);
        timer.tick();
        Awaitility.await()
                .until(() -> strings("SELECT id FROM node WHERE sign = " + clock.millis())
                                .size()
                        == 1);
        assertThat(strings("SELECT id FROM client_state")).hasSize(many + 1);

        clock.pass(Duration.ofMillis(1));
        Awaitility.await().until(() -> {
            timer.tick();
            return strings("SELECT id FROM node").size() == 1;
        });
        assertThat(strings("SELECT id FROM client_state")).hasSize(1);
        assertThat(life().take("mine")).contains("state");
    }

    @Test
    void leavesItToAnotherNodeToForgetStatesWhileThatIsTheHousekeeper() throws Exception {
        isHousekeeper.set(false);
        await(life(new FakeTimer(), 10_000).put("silent", "state"));
        await(states.put("mine", "state"));
        clock.pass(PATIENCE.plusMillis(1));
        timer.tick();
        Awaitility.await()
                .until(() -> strings("SELECT id FROM node WHERE sign = " + clock.millis())
                                .size()
                        == 1);
        assertThat(strings("SELECT id FROM client_state")).hasSize(2);

        isHousekeeper.set(true);

        Awaitility.await().until(() -> {
            timer.tick();
            return strings("SELECT id FROM client_state").size() == 1;
        });
    }

    @Test
    void doesNotCountTheTimeInWhichNoServerRan() throws Exception {
        await(states.put("secret", "state"));
        await(states.put("other", "state"));
        clock.pass(Duration.ofDays(3));
        var itsTimer = new FakeTimer();
        var next = life(itsTimer, 10_000);

        itsTimer.tick();
        Awaitility.await().until(() -> strings("SELECT id FROM node").size() == 2);

        assertThat(next.take("secret")).contains("state");
        clock.pass(PATIENCE.plusMillis(1));
        Awaitility.await().until(() -> {
            itsTimer.tick();
            return strings("SELECT id FROM node").size() == 1;
        });
        assertThat(next.take("other")).isEmpty();
        assertThat(strings("SELECT id FROM client_state")).hasSize(1);
    }

    @Test
    void isKnownAgainThoughOthersTookItForDead() throws Exception {
        await(states.put("secret", "state"));
        try (var connection = pool.getConnection();
                var statement = connection.createStatement()) {
            statement.executeUpdate("DELETE FROM node");
        }

        timer.tick();

        Awaitility.await().until(() -> strings("SELECT id FROM node").size() == 1);
        assertThat(life().take("secret")).contains("state");
    }

    @Test
    void givesNoMoreSignsAfterItsEnd() {
        var itsTimer = new FakeTimer();
        var ended = life(itsTimer, 10_000);

        ended.close();

        assertThat(itsTimer.isCancelled()).isTrue();
    }
}
