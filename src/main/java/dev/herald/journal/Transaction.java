package dev.herald.journal;

import static java.lang.System.Logger.Level.DEBUG;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/** Work that is done as a whole or not at all, and tried again when another's has come in its way. */
final class Transaction {

    /** How often it is tried. */
    private static final int TRIES = 5;

    private static final System.Logger LOG = System.getLogger(Transaction.class.getName());

    private Transaction() {}

    /** What is done between begin and commit, maybe several times. */
    interface Work<T> {
        T in(Connection connection) throws SQLException;
    }

    /**
     * Does the work, and commits it.
     *
     * @throws SQLException when nothing was done; or, if the connection broke in the commit, maybe all
     */
    static <T> T of(DataSource database, Work<T> work) throws SQLException {
        for (var attempt = 1; ; attempt++) {
            try (var connection = database.getConnection()) {
                return in(connection, work);
            } catch (SQLException e) {
                // A constraint: somebody else has made the same row meanwhile.
                if (attempt == TRIES || !(Failures.isTransient(e) || Failures.isConstraint(e))) {
                    throw e;
                }
                LOG.log(DEBUG, "a transaction is tried again", e);
            }
        }
    }

    private static <T> T in(Connection connection, Work<T> work) throws SQLException {
        connection.setAutoCommit(false);
        try {
            var result = work.in(connection);
            connection.commit();
            return result;
        } catch (SQLException | RuntimeException | Error e) {
            rollBack(connection, e);
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    private static void rollBack(Connection connection, Throwable cause) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }
}
