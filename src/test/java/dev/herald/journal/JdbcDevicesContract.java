package dev.herald.journal;

import static dev.herald.api.RefusedException.Reason.LOG_UNAVAILABLE;
import static java.lang.System.Logger.Level.ERROR;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.herald.api.ChannelName;
import dev.herald.api.Position;
import dev.herald.api.RefusedException;
import dev.herald.hub.Devices;
import dev.herald.hub.DevicesContract;
import dev.herald.hub.LogUnavailableException;
import dev.herald.testing.QuietLog;
import dev.herald.testing.RealTimer;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Phaser;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What {@link JdbcDevices} promise on each database. */
abstract class JdbcDevicesContract extends DevicesContract {

    UnrulyDatabase database;

    private ExecutorService threads;
    private JdbcConnectionPool pool;

    /** A pool of connections to the database, which is new and empty at the first call. */
    abstract JdbcConnectionPool createDatabase() throws Exception;

    @Override
    protected Devices createDevices() throws Exception {
        openDatabase();
        return node();
    }

    void openDatabase() throws Exception {
        pool = createDatabase();
        threads = Executors.newCachedThreadPool();
        Schema.prepare(pool, "epoch");
        database = new UnrulyDatabase(pool);
    }

    /** One more server with the same database. */
    JdbcDevices node() {
        return node(10_000);
    }

    private JdbcDevices node(int waiting) {
        return new JdbcDevices(new DataSources(database.dataSource()), new Threads(threads, RealTimer.SHARED), waiting);
    }

    @AfterEach
    void close() {
        threads.shutdownNow();
        // Who still uses the database would keep its files open.
        Awaitility.await().until(threads::isTerminated);
        pool.dispose();
    }

    private static void assertUnavailable(CompletionStage<Boolean> stage) {
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> stage.toCompletableFuture().get(20, SECONDS))
                .havingCause()
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.reason()).isEqualTo(LOG_UNAVAILABLE));
    }

    @Test
    void areTheSameOnAllNodes() {
        begin(PHONE);
        see(PHONE, at(3));

        assertThat(node().begin(BOB, PHONE, "life")).isEqualTo(at(3));
        assertThat(await(node().seen(BOB, PHONE, at(4)))).isTrue();
        assertThat(begin(PHONE)).isEqualTo(at(4));
    }

    @Test
    void sayNothingIsKeptBeforeTheCommit() {
        begin(PHONE);
        var committing = new Phaser(2);
        database.beforeCommit = () -> {
            committing.arriveAndAwaitAdvance();
            committing.arriveAndAwaitAdvance();
        };
        var seen = devices.seen(BOB, PHONE, at(3));

        committing.arriveAndAwaitAdvance();
        assertThat(seen.toCompletableFuture()).isNotDone();
        database.beforeCommit = () -> {};
        committing.arriveAndAwaitAdvance();

        assertThat(await(seen)).isTrue();
    }

    @Test
    void refuseWhileTheDatabaseIsGone() {
        begin(PHONE);
        see(PHONE, at(2));
        database.gone = true;

        assertUnavailable(devices.seen(BOB, PHONE, at(3)));
        assertThatExceptionOfType(LogUnavailableException.class).isThrownBy(() -> begin(PHONE));
        assertThatExceptionOfType(LogUnavailableException.class).isThrownBy(() -> begin(TABLET));

        database.gone = false;
        assertThat(begin(PHONE)).isEqualTo(at(2));
        assertThat(see(PHONE, at(3))).isTrue();
        QuietLog.expect(ERROR, "does not take what has been seen", "the database is gone");
    }

    @Test
    void keepNothingOfAFailedCommit() {
        begin(PHONE);
        database.beforeCommit = () -> {
            throw new SQLException("the disk is full", "53100");
        };

        assertUnavailable(devices.seen(BOB, PHONE, at(3)));
        assertThatExceptionOfType(LogUnavailableException.class).isThrownBy(() -> begin(TABLET));

        database.beforeCommit = () -> {};
        assertThat(begin(PHONE)).isEqualTo(at(0));
        QuietLog.expect(ERROR, "does not take what has been seen", "the disk is full");
    }

    @Test
    void tryAgainWhatWasRolledBackForAnothersSake() {
        begin(PHONE);
        var first = new AtomicBoolean(true);
        database.beforeCommit = () -> {
            if (first.getAndSet(false)) {
                throw new SQLException("deadlock", "40001");
            }
        };

        assertThat(see(PHONE, at(3))).isTrue();
    }

    @Test
    void refuseWhatIsTooMuch() throws Exception {
        begin(PHONE);
        var small = node(1);
        var held = new Phaser(2);
        database.beforeCommit = held::arriveAndAwaitAdvance;
        var first = small.seen(BOB, PHONE, at(1));
        Awaitility.await().until(() -> held.getArrivedParties() == 1);
        var second = small.seen(BOB, PHONE, at(2));

        assertUnavailable(small.seen(BOB, PHONE, at(3)));

        database.beforeCommit = () -> {};
        held.arriveAndAwaitAdvance();
        assertThat(await(first)).isTrue();
        assertThat(await(second)).isTrue();
    }

    @Test
    void writeTogetherWhatWaits() {
        begin(PHONE);
        var stages = new ArrayList<CompletionStage<Boolean>>();
        var before = database.commits.get();
        for (var n = 1; n <= 1_000; n++) {
            stages.add(devices.seen(BOB, PHONE, at(n)));
        }

        assertThat(stages).allMatch(DevicesContract::await);
        assertThat(database.commits.get() - before).isLessThan(500);
    }

    @Test
    void knowADeviceThatComesManyTimesAtOnce() throws Exception {
        var comings = IntStream.range(0, 8)
                .<Callable<Position>>mapToObj(n -> () -> node().begin(BOB, PHONE, "life"))
                .toList();

        for (var coming : threads.invokeAll(comings)) {
            assertThat(coming.get()).isEqualTo(at(0));
        }
        assertThat(see(PHONE, at(1))).isTrue();
    }

    @Test
    void knowPeopleWhoseIdsNoDatabaseTakes() {
        var odd = ChannelName.ofUser("a\u0000b");
        devices.begin(odd, PHONE, "life");

        assertThat(await(devices.seen(odd, PHONE, at(1)))).isTrue();
    }
}
