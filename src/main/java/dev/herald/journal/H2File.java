package dev.herald.journal;

import static java.lang.System.Logger.Level.DEBUG;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import javax.sql.DataSource;

/**
 * How H2 is used.
 *
 * <p>Its file is never ended in order, but always left as if the process had been killed. What is committed is in the file
 * either way. But a file of H2 2.2.224 that was ended in order, written to again, and then left by a killed process often cannot be
 * opened any more ("Double mark"); one that is never ended in order can ({@code docs/decisions/0012}).
 */
final class H2File {

    /** H2 2.2.224 gives the old result of a statement again when something was committed while the statement ran. */
    private static final String NO_OLD_RESULTS = "OPTIMIZE_REUSE_RESULTS=FALSE";

    /** The file stays open when no connection is, and is not ended with the JVM. */
    private static final List<String> NEEDED = List.of("DB_CLOSE_DELAY=-1", "DB_CLOSE_ON_EXIT=FALSE", NO_OLD_RESULTS);

    private static final System.Logger LOG = System.getLogger(H2File.class.getName());

    private H2File() {}

    /** A URL with what it needs, unless it says otherwise. */
    static String url(String url) {
        var said = url.toUpperCase(Locale.ROOT);
        return NEEDED.stream()
                .filter(setting -> !said.contains(";" + setting.substring(0, setting.indexOf('=') + 1)))
                .collect(Collectors.joining(";", url + ";", ""));
    }

    /** Tells a database, if it is H2, to give no old results, as its URL may not be ours. Its user has to be an administrator. */
    static void setUp(DataSource database) throws SQLException {
        try (var connection = database.getConnection()) {
            if (isAt(connection)) {
                try (var statement = connection.createStatement()) {
                    statement.execute("SET " + NO_OLD_RESULTS);
                }
            }
        }
    }

    /** Lets a connection, if it is to H2, read results row by row instead of all at once. */
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

    /** Closes the file as it is. All connections are broken then; the next one opens it anew, from the last commit on. */
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
