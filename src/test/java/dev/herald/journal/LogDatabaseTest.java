package dev.herald.journal;

import static java.lang.System.Logger.Level.WARNING;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.herald.hub.LogUnavailableException;
import dev.herald.testing.ErrorLog;
import dev.herald.testing.QuietLog;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When the log's database is used, and when it is not. */
class LogDatabaseTest {

    @TempDir
    Path directory;

    private final Queue<Runnable> later = new ArrayDeque<>();
    private HikariDataSource pool;
    private UnrulyDatabase database;
    private Executor executor = Runnable::run;

    @BeforeEach
    void createDatabase() throws SQLException {
        pool = pool("0");
        database = new UnrulyDatabase(pool);
    }

    @AfterEach
    void close() {
        pool.close();
    }

    private HikariDataSource pool(String writeDelay) throws SQLException {
        var url = "jdbc:h2:file:" + directory.resolve("delay-" + writeDelay) + ";WRITE_DELAY=" + writeDelay;
        return ConnectionPool.open(new DatabaseSettings(url, "herald", "herald", null, 2));
    }

    private LogDatabase create(boolean strict) {
        var timer = (ScheduledExecutorService) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {ScheduledExecutorService.class},
                (self, method, arguments) -> {
                    later.add((Runnable) arguments[0]);
                    return null;
                });
        var opening = new LogDatabase.Opening(strict, "epoch", Optional.empty());
        return new LogDatabase(
                database.dataSource(),
                "the database",
                4,
                opening,
                new Threads(command -> executor.execute(command), timer));
    }

    @Test
    void opensByItselfWhenTheDatabaseIsNotThereAtFirst() throws SQLException {
        database.gone = true;
        try (var errors = new ErrorLog(LogDatabase.class)) {
            var log = create(false);

            log.open();
            later.remove().run();
            later.remove().run();

            assertThat(errors.lines())
                    .singleElement()
                    .asString()
                    .contains("the database the database cannot be used", "the database is gone");
            assertThatThrownBy(log::requireOpen).isInstanceOf(LogUnavailableException.class);
            assertThatThrownBy(() -> log.sources().reading().getConnection())
                    .isInstanceOf(SQLException.class)
                    .hasMessage("the database is not open yet");

            database.gone = false;
            later.remove().run();

            assertThat(later).isEmpty();
            log.requireOpen();
            log.sources().reading().getConnection().close();
        }
    }

    @Test
    void waitsForAFirstConnectionThatTakesLongerThanOthersMay() throws SQLException {
        var isAskedAgain = new CountDownLatch(1);
        var config = new HikariConfig();
        config.setConnectionTimeout(250);
        config.setInitializationFailTimeout(-1);
        config.setDataSource((DataSource) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {DataSource.class}, (self, method, arguments) -> {
                    isAskedAgain.await(5, SECONDS);
                    return method.invoke(pool, arguments);
                }));
        try (var slow = new HikariDataSource(config);
                var errors = new ErrorLog(LogDatabase.class)) {
            database = new UnrulyDatabase(slow);
            var times = new AtomicInteger();
            database.beforeConnection = () -> {
                if (times.incrementAndGet() == 3) {
                    isAskedAgain.countDown();
                }
            };
            var log = create(false);

            log.open();

            log.requireOpen();
            assertThat(errors.lines()).isEmpty();
            assertThat(later).isEmpty();
            log.close();
        }
    }

    @Test
    void opensAlthoughThereWasNoThreadForIt() {
        database.gone = true;
        try (var errors = new ErrorLog(LogDatabase.class)) {
            var log = create(false);
            log.open();
            database.gone = false;
            executor = command -> {
                throw new RejectedExecutionException("all threads are busy");
            };
            later.remove().run();
            executor = Runnable::run;

            later.remove().run();

            log.requireOpen();
            assertThat(errors.lines()).hasSize(1);
        }
    }

    @Test
    void refusesWithoutAskingWhenTheDatabaseWasGoneJustNow() throws SQLException {
        try (var errors = new ErrorLog(LogDatabase.class)) {
            var log = create(false);
            log.open();
            database.gone = true;
            assertThatThrownBy(() -> log.sources().reading().getConnection()).hasMessage("the database is gone");

            database.gone = false;

            assertThatThrownBy(() -> log.sources().reading().getConnection())
                    .hasMessage("the database did not answer just now");
            assertThatThrownBy(log::requireOpen).isInstanceOf(LogUnavailableException.class);
            await().ignoreExceptions().untilAsserted(log::requireOpen);
            assertThat(errors.lines()).hasSize(1);
        }
    }

    @Test
    void warnsOfADatabaseThatMayLoseWhatItHasCommitted() throws SQLException {
        pool.close();
        pool = pool("500");
        database = new UnrulyDatabase(pool);
        assertThat(Durability.weakness(pool))
                .hasValueSatisfying(it -> assertThat(it).contains("WRITE_DELAY=0"));
        var log = create(false);

        log.open();

        log.requireOpen();
        QuietLog.expect(WARNING, "acknowledged messages can be lost", "add ;WRITE_DELAY=0");
    }

    @Test
    void refusesADatabaseThatMayLoseWhatItHasCommittedWhenItIsToBeStrict() throws SQLException {
        pool.close();
        pool = pool("500");
        database = new UnrulyDatabase(pool);
        try (var errors = new ErrorLog(LogDatabase.class)) {
            var log = create(true);

            log.open();

            assertThat(errors.lines()).singleElement().asString().contains("herald.durability=strict");
            assertThat(later).isEmpty();
            assertThatThrownBy(log::requireOpen).isInstanceOf(LogUnavailableException.class);
        }
    }

    @Test
    void takesASafeDatabaseWhenItIsToBeStrict() throws SQLException {
        assertThat(Durability.weakness(pool)).isEmpty();
        var log = create(true);

        log.open();

        log.requireOpen();
    }

    @Test
    void refusesAfterItsEnd() throws SQLException {
        var log = create(false);
        log.open();

        log.close();

        assertThatThrownBy(log::requireOpen).isInstanceOf(LogUnavailableException.class);
    }

    @Test
    void staysAtItsEndWhenThatComesWhileItIsBeingOpened() {
        var log = create(false);
        database.beforeConnection = () -> {
            database.beforeConnection = () -> {};
            log.close();
        };

        log.open();

        assertThat(later).isEmpty();
        assertThat(log.isOpen()).isFalse();
        assertThatThrownBy(log::requireOpen)
                .isInstanceOf(LogUnavailableException.class)
                .hasRootCauseMessage("the server goes down");
    }

    @Test
    void triesNoMoreToOpenAfterItsEnd() {
        database.gone = true;
        try (var errors = new ErrorLog(LogDatabase.class)) {
            var log = create(false);
            log.open();
            assertThat(errors.lines()).hasSize(1);
            log.close();
            database.gone = false;

            later.remove().run();

            assertThat(later).isEmpty();
            assertThat(log.isOpen()).isFalse();
        }
    }

    @Test
    void letsManyWhoReadWaitTheirTurnAndCallsThatNoFailure() throws Exception {
        var threads = Executors.newCachedThreadPool();
        try (var errors = new ErrorLog("dev.herald.journal")) {
            var log = create(false);
            log.open();
            var reading = new AtomicInteger();
            var most = new AtomicInteger();
            var answers = new ArrayList<Future<?>>();
            for (var n = 0; n < 300; n++) {
                answers.add(threads.submit(() -> {
                    try (var connection = log.sources().reading().getConnection()) {
                        most.accumulateAndGet(reading.incrementAndGet(), Math::max);
                        connection.getMetaData();
                        LockSupport.parkNanos(5_000_000);
                        reading.decrementAndGet();
                    }
                    return null;
                }));
            }
            // Who writes has a connection meanwhile.
            log.sources().writing().getConnection().close();

            for (var answer : answers) {
                answer.get(30, SECONDS);
            }
            assertThat(most).hasValue(1); // of four connections, three are for those who write
            assertThat(log.isOpen()).isTrue();
            assertThat(errors.lines()).isEmpty();
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void isClosedOnlyWhenNobodyReads() throws Exception {
        var threads = Executors.newCachedThreadPool();
        try {
            var log = create(false);
            log.open();
            var connection = log.sources().reading().getConnection();

            var closing = threads.submit(log::close);
            await().untilAsserted(
                            () -> assertThatThrownBy(log::requireOpen).isInstanceOf(LogUnavailableException.class));
            assertThat(closing.isDone()).isFalse();
            connection.createStatement().execute("SELECT 1");
            connection.close();

            closing.get(1, SECONDS);
        } finally {
            threads.shutdownNow();
        }
    }
}
