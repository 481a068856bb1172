package dev.herald.journal;

import static java.lang.System.Logger.Level.DEBUG;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * How H2's file is left: never by H2's orderly end, always as if the process had been killed. What is committed is in the file
 * either way. But a file of H2 2.2.224 that was ended in order, written to again, and then left by a killed process often cannot be
 * opened any more ("Double mark"); one that is never ended in order can ({@code docs/decisions/0012}).
 */
final class H2File {

    /** To be said to each connection: the file stays open when no connection is. */
    static final String STAY_OPEN = "SET DB_CLOSE_DELAY -1";

    /** For a URL: likewise, and the file is not ended with the JVM. */
    static final String STAYS_OPEN = ";DB_CLOSE_DELAY=-1;DB_CLOSE_ON_EXIT=FALSE";

    private static final System.Logger LOG = System.getLogger(H2File.class.getName());

    private H2File() {}

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
