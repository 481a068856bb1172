package dev.herald.journal;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.INFO;

import dev.herald.api.ChannelName;
import dev.herald.hub.LogUnavailableException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.sql.DataSource;

/**
 * Copies the log from one database into another while Herald is down. Epochs and positions stay the same, so clients can resume
 * from the new database.
 *
 * <p>{@code java -cp "WEB-INF/lib/*:WEB-INF/classes" dev.herald.journal.LogMigration FROM-URL TO-URL}; users and passwords are
 * in the environment variables {@code HERALD_FROM_USER}, {@code HERALD_FROM_PASSWORD}, {@code HERALD_TO_USER} and {@code
 * HERALD_TO_PASSWORD}. The default is the user {@code herald} without a password.
 */
public final class LogMigration {

    private static final System.Logger LOG = System.getLogger(LogMigration.class.getName());

    /** How many rows are read and written together. */
    private static final int TOGETHER = 100;

    /**
     * All tables of the log, in an order in which rows refer to earlier tables only. A migration that adds a table must add it
     * here.
     */
    static final List<String> TABLES = List.of(
            "journal",
            "channel",
            "message",
            "node",
            "client_state",
            "device",
            "board_channel",
            "board_member",
            "board_read",
            "board_mark",
            "board_reaction",
            "board_name",
            "board_away",
            "board_push",
            "push_key",
            "document",
            "durable_observer",
            "durable_observer_place");

    /** What several nodes know of each other at present; nobody needs it in another database. */
    static final List<String> NOT_COPIED =
            List.of("node_lease", "attendance", "cluster_secret", "cluster_command", "board_present");

    private LogMigration() {}

    /**
     * No copy was made. The message is a sentence for the operator. The target is unchanged, except that it may have new empty
     * tables.
     */
    @SuppressWarnings("serial") // never serialised
    static final class MigrationException extends RuntimeException {

        MigrationException(String message) {
            super(message);
        }
    }

    /** Makes the copy; the exit code is 1 when that failed. */
    public static void main(String[] arguments) {
        if (arguments.length != 2) {
            LOG.log(ERROR, "give two JDBC URLs: that of the database to copy from, and that of the one to copy to");
            System.exit(2);
        }
        try {
            copy(
                    database(onlyIfThere(arguments[0]), "HERALD_FROM", System.getenv()),
                    database(arguments[1], "HERALD_TO", System.getenv()));
        } catch (MigrationException | LogUnavailableException e) {
            LOG.log(ERROR, "nothing is copied: " + rootMessage(e));
            System.exit(1);
        } catch (SQLException e) {
            LOG.log(ERROR, "nothing is copied, a database failed: " + e.getMessage());
            System.exit(1);
        }
    }

    private static String rootMessage(Throwable e) {
        var cause = e.getCause();
        return cause == null ? String.valueOf(e.getMessage()) : e.getMessage() + ": " + rootMessage(cause);
    }

    /** Without this, H2 would create a new, empty database. */
    private static String onlyIfThere(String url) {
        return isH2(url) ? url + ";IFEXISTS=TRUE" : url;
    }

    private static boolean isH2(String url) {
        return url.startsWith("jdbc:h2:");
    }

    private static DataSource database(String url, String who, Map<String, String> environment) {
        var user = environment.getOrDefault(who + "_USER", "herald");
        var password = environment.getOrDefault(who + "_PASSWORD", "");
        var lasting = isH2(url) ? H2File.url(url) : url;
        return new ConnectionSource() {
            @Override
            public Connection getConnection() throws SQLException {
                return DriverManager.getConnection(lasting, user, password);
            }
        };
    }

    /**
     * Copies everything or nothing, and compares the two.
     *
     * @throws MigrationException when there is nothing to copy, when the target is not empty, or when the copy is different
     */
    static void copy(DataSource source, DataSource target) throws SQLException {
        requireLog(source);
        Schema.migrate(source);
        Schema.migrate(target);
        try (var from = source.getConnection();
                var to = target.getConnection()) {
            requireEmpty(to);
            to.setAutoCommit(false);
            readInPieces(from);
            try {
                for (var table : TABLES) {
                    var rows = copy(table, from, to);
                    LOG.log(INFO, () -> "table " + table + ": " + rows + " rows");
                }
                compare(from, to);
                to.commit();
            } catch (SQLException | RuntimeException e) {
                to.rollback();
                throw e;
            }
        }
        LOG.log(
                INFO,
                "everything is copied, and every channel has the same head and number of messages in both databases");
    }

    /** Reads row by row: PostgreSQL's driver does so in a transaction, H2 when it is told to. */
    private static void readInPieces(Connection from) throws SQLException {
        from.setAutoCommit(false);
        H2File.readInPieces(from);
    }

    private static void requireLog(DataSource source) throws SQLException {
        try (var connection = source.getConnection();
                var tables = connection
                        .getMetaData()
                        .getTables(connection.getCatalog(), connection.getSchema(), "%", new String[] {
                            "TABLE", "BASE TABLE"
                        })) {
            while (tables.next()) {
                if (tables.getString("TABLE_NAME").equalsIgnoreCase("journal")) {
                    return;
                }
            }
        }
        throw new MigrationException("there is no log of Herald's in the database to copy from");
    }

    private static void requireEmpty(Connection to) throws SQLException {
        for (var table : TABLES) {
            if (number(to, "SELECT COUNT(*) FROM " + table) > 0) {
                throw new MigrationException("the database to copy to has something in table " + table + " already");
            }
        }
    }

    /** Reads a table once from beginning to end, with only a few rows in memory however large it is. */
    private static long copy(String table, Connection from, Connection to) throws SQLException {
        try (var select = from.prepareStatement("SELECT * FROM " + table)) {
            select.setFetchSize(TOGETHER);
            try (var rows = select.executeQuery()) {
                return insert(table, rows, to);
            }
        }
    }

    private static long insert(String table, ResultSet rows, Connection to) throws SQLException {
        var columns = columns(rows.getMetaData());
        try (var insert = to.prepareStatement("INSERT INTO " + table + " (" + String.join(", ", columns) + ") VALUES ("
                + String.join(", ", Collections.nCopies(columns.size(), "?")) + ")")) {
            var count = 0L;
            while (rows.next()) {
                for (var n = 1; n <= columns.size(); n++) {
                    insert.setObject(n, rows.getObject(n));
                }
                insert.addBatch();
                count++;
                if (count % TOGETHER == 0) {
                    insert.executeBatch();
                }
            }
            insert.executeBatch();
            return count;
        }
    }

    private static List<String> columns(ResultSetMetaData description) throws SQLException {
        var columns = new ArrayList<String>();
        for (var n = 1; n <= description.getColumnCount(); n++) {
            columns.add(description.getColumnName(n).toLowerCase(Locale.ROOT));
        }
        return columns;
    }

    private static void compare(Connection from, Connection to) throws SQLException {
        for (var table : TABLES) {
            var count = "SELECT COUNT(*) FROM " + table;
            if (number(from, count) != number(to, count)) {
                throw new MigrationException(
                        "table " + table + " has other rows after the copy; is Herald still running?");
            }
        }
        var channels = Tables.channels(from, "", TOGETHER);
        while (!channels.isEmpty()) {
            for (var channel : channels) {
                if (!state(from, channel).equals(state(to, channel))) {
                    throw new MigrationException(
                            "channel " + channel + " is not the same after the copy; is Herald still running?");
                }
            }
            channels = Tables.channels(from, channels.get(channels.size() - 1).value(), TOGETHER);
        }
    }

    private static List<Object> state(Connection connection, ChannelName channel) throws SQLException {
        try (var select = connection.prepareStatement(
                "SELECT COUNT(*), MIN(number), MAX(number) FROM message WHERE channel = ?")) {
            select.setString(1, channel.value());
            try (var rows = select.executeQuery()) {
                rows.next();
                return List.of(Tables.channel(connection, channel), rows.getLong(1), rows.getLong(2), rows.getLong(3));
            }
        }
    }

    private static long number(Connection connection, String question) throws SQLException {
        try (var select = connection.prepareStatement(question);
                var rows = select.executeQuery()) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
