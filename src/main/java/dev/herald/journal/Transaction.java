package dev.herald.journal;

import static java.lang.System.Logger.Level.DEBUG;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/** Runs work in one transaction, and tries again when another transaction got in its way. */
public final class Transaction {

    /** How often the work is tried. */
    private static final int TRIES = 5;

    private static final System.Logger LOG = System.getLogger(Transaction.class.getName());

    private Transaction() {}

    /** What is done between begin and commit; may be called several times. */
    public interface Work<T> {

        /** Does it. */
        T in(Connection connection) throws SQLException;
    }

    /**
     * Runs the work, and commits.
     *
     * @throws SQLException when nothing was committed, or, if the connection broke during the commit, perhaps everything
     */
    public static <T> T of(DataSource database, Work<T> work) throws SQLException {
        for (var attempt = 1; ; attempt++) {
            try (var connection = database.getConnection()) {
                return in(connection, work);
            } catch (SQLException e) {
                // A constraint failure: another transaction has made the same row meanwhile.
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
