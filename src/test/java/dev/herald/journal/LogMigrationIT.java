package dev.herald.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.herald.api.ChannelName;
import dev.herald.api.Person;
import dev.herald.api.Position;
import dev.herald.hub.Draft;
import dev.herald.hub.Replay;
import dev.herald.testing.PostgresServer;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A log that moves from one database to another. */
class LogMigrationIT extends FileDatabases {

    private static final ChannelName NEWS = ChannelName.NEWS;
    private static final ChannelName ORDERS = new ChannelName("orders");
    private static final Person ANN = new Person("ann", "\u00c5nn \ud83d\ude00");

    private JdbcConnectionPool source;
    private JdbcConnectionPool target;

    @BeforeEach
    void createDatabases() {
        source = database("source");
        target = database("target");
    }

    @Test
    void goesOnAsIfNothingHadBeen() throws Exception {
        move(target);
    }

    @Test
    void goesOnInPostgreSqlAndBack() throws Exception {
        try (var server = PostgresServer.start(false);
                var pool = ConnectionPool.open(
                        new DatabaseSettings(server.createDatabase(), PostgresServer.USER, "", null, 3))) {
            move(pool);

            LogMigration.copy(pool, target);

            assertThat(JdbcLogContract.kept(log(target), NEWS)).isEqualTo(JdbcLogContract.kept(log(pool), NEWS));
            assertThat(log(target).head(NEWS)).isEqualTo(new Position("life", 351));
        }
    }

    private void move(DataSource target) throws Exception {
        Schema.prepare(source, "life");
        var before = log(source);
        for (var n = 1; n <= 350; n++) {
            await(before.append(draft(NEWS, "" + n, "id-" + n)));
        }
        for (var n = 1; n <= 250; n++) {
            await(before.append(draft(new ChannelName("chat." + n), "\"\\u0000 \ud83d\ude00\"", null)));
        }
        await(before.append(new Draft(ORDERS, "event", null, "bob", "{}", null, Set.of("socket-1", "a\nb"))));
        var trimmed = JdbcLogContract.kept(before, NEWS).get(50).position();
        before.trim(NEWS, trimmed);

        LogMigration.copy(source, target);

        Schema.prepare(target, "another");
        var after = log(target);
        for (var channel : List.of(NEWS, ORDERS, new ChannelName("chat.1"), new ChannelName("chat.250"))) {
            assertThat(after.head(channel)).isEqualTo(before.head(channel));
            assertThat(JdbcLogContract.kept(after, channel)).isEqualTo(JdbcLogContract.kept(before, channel));
        }
        assertThat(JdbcLogContract.kept(after, NEWS)).hasSize(299);
        assertThat(after.since(NEWS, new Position("life", 3), 10)).isInstanceOf(Replay.Gap.class);
        assertThat(after.since(NEWS, new Position("life", 340), 10))
                .isEqualTo(before.since(NEWS, new Position("life", 340), 10));
        assertThat(after.head(new ChannelName("new"))).isEqualTo(new Position("life", 0));
        assertThat(await(after.append(draft(NEWS, "350", "id-350"))).duplicate())
                .isTrue();
        assertThat(await(after.append(draft(NEWS, "351", null))).message().position())
                .isEqualTo(new Position("life", 351));
    }

    @Test
    void mixesNoTwoLogs() throws Exception {
        Schema.prepare(source, "life");
        Schema.prepare(target, "other life");

        assertThatExceptionOfType(LogMigration.MigrationException.class)
                .isThrownBy(() -> LogMigration.copy(source, target))
                .withMessageContaining("journal already");
    }

    @Test
    void copiesOnlyALog() {
        assertThatExceptionOfType(LogMigration.MigrationException.class)
                .isThrownBy(() -> LogMigration.copy(source, target))
                .withMessageContaining("no log");
    }

    @Test
    void copiesAllOrNothing() throws Exception {
        Schema.prepare(source, "life");
        var log = log(source);
        for (var n = 1; n <= 3; n++) {
            await(log.append(draft(NEWS, "" + n, null)));
        }
        Schema.migrate(target);
        try (var connection = target.getConnection();
                var statement = connection.createStatement()) {
            statement.execute("ALTER TABLE message ADD CHECK (number < 3)");
        }

        assertThatExceptionOfType(SQLException.class).isThrownBy(() -> LogMigration.copy(source, target));

        assertThat(LogMigration.TABLES)
                .allSatisfy(table -> assertThat(count(table)).isZero());
    }

    @Test
    void readsEachRowFewTimes() throws Exception {
        Schema.prepare(source, "life");
        var log = log(source);
        for (var n = 1; n <= 2_000; n++) {
            await(log.append(draft(NEWS, "" + n, null)));
        }
        var counting = new UnrulyDatabase(source);
        counting.countsMessagesLookedAt = true;

        LogMigration.copy(counting.dataSource(), target);

        // Once to be copied, once to be compared, and once to be counted.
        assertThat(counting.messagesLookedAt.get()).isBetween(2_000L, 3 * 2_000L + 100);
    }

    @Test
    void knowsAllTables() throws Exception {
        Schema.migrate(source);
        try (var connection = source.getConnection();
                var tables = connection.prepareStatement("SELECT LOWER(table_name) FROM information_schema.tables"
                        + " WHERE table_schema = 'PUBLIC' AND table_name <> 'herald_schema'");
                var rows = tables.executeQuery()) {
            var expected = new ArrayList<String>();
            while (rows.next()) {
                expected.add(rows.getString(1));
            }
            assertThat(Stream.of(LogMigration.TABLES, LogMigration.NOT_COPIED).flatMap(List::stream))
                    .containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    private int count(String table) throws SQLException {
        try (var connection = target.getConnection();
                var select = connection.prepareStatement("SELECT COUNT(*) FROM " + table);
                var rows = select.executeQuery()) {
            rows.next();
            return rows.getInt(1);
        }
    }

    private static Draft draft(ChannelName channel, String json, String clientId) {
        return new Draft(channel, "event", ANN, null, json, clientId);
    }

    private static <T> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
    }
}
