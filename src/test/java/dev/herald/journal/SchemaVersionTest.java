package dev.herald.journal;

import static java.lang.System.Logger.Level.ERROR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.herald.hub.LogUnavailableException;
import dev.herald.testing.FakeTimer;
import dev.herald.testing.QuietLog;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Heralds of different versions with one database. */
class SchemaVersionTest {

    private static final Pattern CREATED = Pattern.compile("CREATE TABLE (\\w+)");

    private JdbcConnectionPool database;

    @BeforeEach
    void createDatabase() {
        database = JdbcConnectionPool.create("jdbc:h2:mem:" + UUID.randomUUID(), "herald", "herald");
        Schema.prepare(database, "epoch");
    }

    @AfterEach
    void close() {
        database.dispose();
    }

    private void execute(String sql) throws SQLException {
        try (var connection = database.getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** As if the last migration were one of the Herald that starts, and the nodes that live did not know it. */
    private void becomeOlder() throws Exception {
        for (var table : lastTables()) {
            execute("DROP TABLE " + table);
        }
        execute("DELETE FROM \"herald_schema\" WHERE \"version\" = '" + version(lastMigration()) + "'");
    }

    private static Path lastMigration() throws Exception {
        try (var files = Files.list(Path.of("src/main/resources/dev/herald/journal/schema"))) {
            return files.max(Comparator.comparingInt(SchemaVersionTest::version))
                    .orElseThrow();
        }
    }

    private static int version(Path migration) {
        return Integer.parseInt(migration.getFileName().toString().replaceFirst("V(\\d+)__.*", "$1"));
    }

    private static List<String> lastTables() throws Exception {
        var tables = CREATED.matcher(Files.readString(lastMigration()))
                .results()
                .map(created -> created.group(1))
                .toList();
        assertThat(tables).isNotEmpty();
        return tables;
    }

    private void startNode(String endsAt) throws SQLException {
        execute(
                "INSERT INTO node_lease (id, url, ends_at, protocol, version, started_at) VALUES ('node-1', 'http://a:8080/',"
                        + " CURRENT_TIMESTAMP + INTERVAL " + endsAt + " SECOND, 1, '0.9', CURRENT_TIMESTAMP)");
    }

    private boolean hasLastTable() throws Exception {
        var name = lastTables().get(0).toUpperCase(Locale.ROOT);
        try (var connection = database.getConnection();
                var tables = connection.getMetaData().getTables(null, null, name, null)) {
            return tables.next();
        }
    }

    @Test
    void aNewerHeraldWaitsForTheNodesOfTheVersionBefore() throws Exception {
        becomeOlder();
        startNode("'10'");

        assertThatThrownBy(() -> Schema.prepare(database, "epoch"))
                .isInstanceOf(LogUnavailableException.class)
                .hasMessageContainingAll("node-1 at http://a:8080/ of version 0.9", "stop all nodes of that version");
        assertThat(hasLastTable()).isFalse();

        execute("UPDATE node_lease SET ends_at = CURRENT_TIMESTAMP");
        Schema.prepare(database, "epoch");
        assertThat(hasLastTable()).isTrue();
    }

    @Test
    void aNodeOfTheSameVersionDoesNotWait() throws SQLException {
        startNode("'10'");

        assertThatCode(() -> Schema.prepare(database, "epoch")).doesNotThrowAnyException();
    }

    @Test
    void anOlderHeraldRefusesTheTablesOfANewerOneAndSaysSoOnce() throws SQLException {
        execute(
                "INSERT INTO \"herald_schema\" SELECT 900, '900', 'of the future', \"type\", 'V900__x.sql', 1, \"installed_by\","
                        + " \"installed_on\", 1, TRUE FROM \"herald_schema\" WHERE \"version\" = '8'");
        var timer = new FakeTimer();
        var opened = new LogDatabase(
                database,
                "the database",
                10,
                new LogDatabase.Opening(false, "epoch", Optional.empty()),
                new Threads(Runnable::run, timer.asExecutor()));

        opened.open();
        timer.endPausesSoFar();

        assertThat(opened.isOpen()).isFalse();
        assertThatThrownBy(opened::requireOpen).hasStackTraceContaining("tables of a newer Herald (version 900");
        QuietLog.expect(ERROR, "the database is not used yet", "tables of a newer Herald (version 900");
    }
}
