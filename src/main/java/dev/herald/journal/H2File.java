package dev.herald.journal;

import static java.lang.System.Logger.Level.DEBUG;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import javax.sql.DataSource;

/**
 * How Herald uses H2.
 *
 * <p>H2 never closes its file in the normal way; the file is always left as if the process had been killed. What is committed
 * is in the file either way. The reason: a file that H2 2.2.224 closed normally, then wrote to again, and that a killed process
 * then left often cannot be opened any more ("Double mark"). A file that is never closed normally can ({@code
 * docs/decisions/0012}).
 */
final class H2File {

    /** Without this setting, H2 2.2.224 returns an old result again if something was committed while the statement ran. */
    private static final String NO_OLD_RESULTS = "OPTIMIZE_REUSE_RESULTS=FALSE";

    /** Keeps the file open when there are no connections, and does not close it when the JVM ends. */
    private static final List<String> NEEDED = List.of("DB_CLOSE_DELAY=-1", "DB_CLOSE_ON_EXIT=FALSE", NO_OLD_RESULTS);

    private static final System.Logger LOG = System.getLogger(H2File.class.getName());

    private H2File() {}

    /** The URL with these settings added, except those that it already has. */
    static String url(String url) {
        var said = url.toUpperCase(Locale.ROOT);
        return NEEDED.stream()
                .filter(setting -> !said.contains(";" + setting.substring(0, setting.indexOf('=') + 1)))
                .collect(Collectors.joining(";", url + ";", ""));
    }

    /**
     * Switches old results off in a database, if it is H2: its URL may not be ours. The database user must be an administrator.
     */
    static void setUp(DataSource database) throws SQLException {
        try (var connection = database.getConnection()) {
            if (isAt(connection)) {
                try (var statement = connection.createStatement()) {
                    statement.execute("SET " + NO_OLD_RESULTS);
                }
            }
        }
    }

    /** Makes a connection, if it is to H2, read results row by row instead of all at once. */
    static void readInPieces(Connection connection) throws SQLException {
        if (isAt(connection)) {
            try (var statement = connection.createStatement()) {
                statement.execute("SET LAZY_QUERY_EXECUTION TRUE");
            }
        }
    }

    private static boolean isAt(Connection connection) throws SQLException {
        return connection.getMetaData().getDatabaseProductName().equals("H2");
    }

    /**
     * Closes the file as it is. This breaks all connections; the next one opens the file again, with everything that was
     * committed.
     */
    static void letGo(Connection connection) {
        try {
            if (isAt(connection)) {
                try (var statement = connection.createStatement()) {
                    statement.execute("SHUTDOWN IMMEDIATELY");
                }
            }
        } catch (SQLException e) {
            LOG.log(DEBUG, "H2 has let go of its file already", e);
        }
    }
}
