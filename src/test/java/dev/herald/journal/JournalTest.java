package dev.herald.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.herald.hub.LogUnavailableException;
import dev.herald.testing.ErrorLog;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When the log's database is used, and when it is not. */
class JournalTest {

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
        return HeraldDataSource.pool(new DatabaseSettings(url, "herald", "herald", null, 2));
    }

    private Journal journal(boolean strict) {
        var timer = (ScheduledExecutorService) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {ScheduledExecutorService.class},
                (self, method, arguments) -> {
                    later.add((Runnable) arguments[0]);
                    return null;
                });
        var opening = new Journal.Opening(strict, "epoch", Optional.empty());
        return new Journal(database.dataSource(), "the database", opening, timer, command -> executor.execute(command));
    }

    @Test
    void opensByItselfWhenTheDatabaseIsNotThereAtFirst() throws SQLException {
        database.gone = true;
        try (var errors = new ErrorLog(Journal.class)) {
            var journal = journal(false);

            journal.open();
            later.remove().run();
            later.remove().run();

            assertThat(errors.lines())
                    .singleElement()
                    .asString()
                    .contains("the database the database cannot be used", "the database is gone");
            assertThatThrownBy(journal::requireOpen).isInstanceOf(LogUnavailableException.class);
            assertThatThrownBy(() -> journal.database().getConnection())
                    .isInstanceOf(SQLException.class)
                    .hasMessage("the database is not open yet");

            database.gone = false;
            later.remove().run();

            assertThat(later).isEmpty();
            journal.requireOpen();
            journal.database().getConnection().close();
        }
    }

    @Test
    void opensAlthoughThereWasNoThreadForIt() {
        database.gone = true;
        try (var errors = new ErrorLog(Journal.class)) {
            var journal = journal(false);
            journal.open();
            database.gone = false;
            executor = command -> {
                throw new RejectedExecutionException("all threads are busy");
            };
            later.remove().run();
            executor = Runnable::run;

            later.remove().run();

            journal.requireOpen();
            assertThat(errors.lines()).hasSize(1);
        }
    }

    @Test
    void refusesWithoutAskingWhenTheDatabaseWasGoneJustNow() throws SQLException {
        try (var errors = new ErrorLog(Journal.class)) {
            var journal = journal(false);
            journal.open();
            database.gone = true;
            assertThatThrownBy(() -> journal.database().getConnection()).hasMessage("the database is gone");

            database.gone = false;

            assertThatThrownBy(() -> journal.database().getConnection())
                    .hasMessage("the database did not answer just now");
            assertThatThrownBy(journal::requireOpen).isInstanceOf(LogUnavailableException.class);
            await().ignoreExceptions().untilAsserted(journal::requireOpen);
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
        var journal = journal(false);

        journal.open();

        journal.requireOpen();
    }

    @Test
    void refusesADatabaseThatMayLoseWhatItHasCommittedWhenItIsToBeStrict() throws SQLException {
        pool.close();
        pool = pool("500");
        database = new UnrulyDatabase(pool);
        try (var errors = new ErrorLog(Journal.class)) {
            var journal = journal(true);

            journal.open();

            assertThat(errors.lines()).singleElement().asString().contains("herald.durability=strict");
            assertThat(later).isEmpty();
            assertThatThrownBy(journal::requireOpen).isInstanceOf(LogUnavailableException.class);
        }
    }

    @Test
    void takesASafeDatabaseWhenItIsToBeStrict() throws SQLException {
        assertThat(Durability.weakness(pool)).isEmpty();
        var journal = journal(true);

        journal.open();

        journal.requireOpen();
    }

    @Test
    void refusesAfterItsEnd() throws SQLException {
        var journal = journal(false);
        journal.open();

        journal.close();

        assertThatThrownBy(journal::requireOpen).isInstanceOf(LogUnavailableException.class);
    }
}
