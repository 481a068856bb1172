package dev.herald.journal;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.INFO;

import dev.herald.api.ChannelName;
import dev.herald.hub.LogUnavailableException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.sql.DataSource;

/**
 * Copies the log from one database into another while Herald is down, so that Herald goes on there as if nothing had been: with the
 * same epochs, and all that clients remember.
 *
 * <p>{@code java -cp "WEB-INF/lib/*:WEB-INF/classes" dev.herald.journal.Copy FROM-URL TO-URL}; users and passwords are in the
 * environment, as {@code HERALD_FROM_USER}, {@code HERALD_FROM_PASSWORD}, {@code HERALD_TO_USER} and {@code HERALD_TO_PASSWORD}.
 * Nobody is the user {@code herald} without a password.
 */
public final class Copy {

    private static final System.Logger LOG = System.getLogger(Copy.class.getName());

    /** How many rows are read and written together. */
    private static final int PAGE = 100;

    /** All tables of the log, in the order in which their rows refer to each other. Who adds one in a migration adds it here. */
    static final List<Table> TABLES = List.of(
            new Table("journal", List.of("id")),
            new Table("channel", List.of("name")),
            new Table("message", List.of("channel", "number")),
            new Table("node", List.of("id")),
            new Table("client_state", List.of("id")),
            new Table("device", List.of("channel", "name")));

    private Copy() {}

    /**
     * A table.
     *
     * @param key the columns of its primary key
     */
    record Table(String name, List<String> key) {}

    /** A copy that was not made, with a sentence for the operator. The target is as it was, but for empty tables. */
    @SuppressWarnings("serial") // never serialised
    static final class CopyException extends RuntimeException {

        CopyException(String message) {
            super(message);
        }
    }

    /** Copies; ends with 1 when it could not. */
    public static void main(String[] arguments) {
        if (arguments.length != 2) {
            LOG.log(ERROR, "give two JDBC URLs: that of the database to copy from, and that of the one to copy to");
            System.exit(2);
        }
        try {
            copy(
                    database(onlyIfThere(arguments[0]), "HERALD_FROM", System.getenv()),
                    database(arguments[1], "HERALD_TO", System.getenv()));
        } catch (CopyException | LogUnavailableException e) {
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

    /** H2 would make a new database where there is none. */
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
     * Copies everything, or nothing, and compares.
     *
     * @throws CopyException when there is nothing to copy, when the target has something already, or the copy is not the same
     */
    static void copy(DataSource source, DataSource target) throws SQLException {
        requireLog(source);
        Schema.migrate(source);
        Schema.migrate(target);
        try (var from = source.getConnection();
                var to = target.getConnection()) {
            requireEmpty(to);
            to.setAutoCommit(false);
            try {
                for (var table : TABLES) {
                    var rows = copy(table, from, to);
                    LOG.log(INFO, () -> "table " + table.name() + ": " + rows + " rows");
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
        throw new CopyException("there is no log of Herald's in the database to copy from");
    }

    private static void requireEmpty(Connection to) throws SQLException {
        for (var table : TABLES) {
            if (number(to, "SELECT COUNT(*) FROM " + table.name()) > 0) {
                throw new CopyException("the database to copy to has something in table " + table.name() + " already");
            }
        }
    }

    private static long copy(Table table, Connection from, Connection to) throws SQLException {
        var copied = 0L;
        var page = read(from, table, List.of());
        while (!page.rows().isEmpty()) {
            write(to, table, page);
            copied += page.rows().size();
            page = read(from, table, page.lastKey(table));
        }
        return copied;
    }

    /** Rows, in the order of their keys. */
    private record Page(List<String> columns, List<List<Object>> rows) {

        List<Object> lastKey(Table table) {
            var last = rows.get(rows.size() - 1);
            return table.key().stream()
                    .map(key -> last.get(columns.indexOf(key)))
                    .toList();
        }
    }

    /**
     * Reads the rows after a key, or the first ones when it is empty. The next ones that have all but the last column of the key in
     * common with it, if there are such, then those with all but the last two, and so on: each is one range of the primary key.
     */
    private static Page read(Connection from, Table table, List<Object> after) throws SQLException {
        var page = new Page(List.of(), List.of());
        for (var n = after.size(); n >= 0 && page.rows().isEmpty(); n--) {
            if (n > 0 || after.isEmpty()) {
                page = read(from, table, after.subList(0, n), n);
            }
        }
        return page;
    }

    private static Page read(Connection from, Table table, List<Object> after, int columns) throws SQLException {
        var conditions = new ArrayList<String>();
        for (var n = 1; n <= columns; n++) {
            conditions.add(table.key().get(n - 1) + (n < columns ? " = ?" : " > ?"));
        }
        try (var select = from.prepareStatement("SELECT * FROM " + table.name()
                + (columns == 0 ? "" : " WHERE " + String.join(" AND ", conditions))
                + " ORDER BY " + String.join(", ", table.key()) + " LIMIT " + PAGE)) {
            for (var n = 1; n <= columns; n++) {
                select.setObject(n, after.get(n - 1));
            }
            try (var rows = select.executeQuery()) {
                return read(rows);
            }
        }
    }

    private static Page read(ResultSet rows) throws SQLException {
        var columns = new ArrayList<String>();
        for (var n = 1; n <= rows.getMetaData().getColumnCount(); n++) {
            columns.add(rows.getMetaData().getColumnName(n).toLowerCase(Locale.ROOT));
        }
        var page = new Page(columns, new ArrayList<>());
        while (rows.next()) {
            var row = new ArrayList<Object>();
            for (var n = 1; n <= columns.size(); n++) {
                row.add(rows.getObject(n));
            }
            page.rows().add(row);
        }
        return page;
    }

    private static void write(Connection to, Table table, Page page) throws SQLException {
        try (var insert = to.prepareStatement(
                "INSERT INTO " + table.name() + " (" + String.join(", ", page.columns()) + ") VALUES ("
                        + String.join(", ", Collections.nCopies(page.columns().size(), "?")) + ")")) {
            for (var row : page.rows()) {
                for (var n = 1; n <= row.size(); n++) {
                    insert.setObject(n, row.get(n - 1));
                }
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    private static void compare(Connection from, Connection to) throws SQLException {
        for (var table : TABLES) {
            var count = "SELECT COUNT(*) FROM " + table.name();
            if (number(from, count) != number(to, count)) {
                throw new CopyException(
                        "table " + table.name() + " has other rows after the copy; is Herald still running?");
            }
        }
        var channels = Tables.channels(from, "", PAGE);
        while (!channels.isEmpty()) {
            for (var channel : channels) {
                if (!state(from, channel).equals(state(to, channel))) {
                    throw new CopyException(
                            "channel " + channel + " is not the same after the copy; is Herald still running?");
                }
            }
            channels = Tables.channels(from, channels.get(channels.size() - 1).value(), PAGE);
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
