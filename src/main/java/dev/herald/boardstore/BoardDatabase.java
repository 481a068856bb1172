package dev.herald.boardstore;

import static dev.herald.api.RefusedException.Reason.LOG_UNAVAILABLE;
import static java.lang.System.Logger.Level.WARNING;

import dev.herald.api.RefusedException;
import dev.herald.concurrent.LimitedLog;
import dev.herald.journal.Transaction;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Asks the log's database for the board, one transaction a question. Any thread may call, holding no lock: it waits. */
final class BoardDatabase {

    private static final System.Logger LOG = System.getLogger(BoardDatabase.class.getName());

    private final DataSource source;
    private final LimitedLog failures = new LimitedLog(LOG);

    BoardDatabase(DataSource source) {
        this.source = source;
    }

    /**
     * Does the work in one transaction.
     *
     * @throws RefusedException with {@code LOG_UNAVAILABLE} when the database does not
     */
    <T> T ask(Transaction.Work<T> work) {
        try {
            return Transaction.of(source, work);
        } catch (SQLException e) {
            failures.log(WARNING, "the board's tables cannot be used: who asks the board is refused", e);
            throw new RefusedException(LOG_UNAVAILABLE, "the database does not answer now; try again");
        }
    }

    /** Runs one statement that changes rows; how many. */
    static int change(Connection connection, String sql, @Nullable Object... values) throws SQLException {
        try (var statement = connection.prepareStatement(sql)) {
            set(statement, values);
            return statement.executeUpdate();
        }
    }

    static void set(PreparedStatement statement, @Nullable Object... values) throws SQLException {
        for (var n = 0; n < values.length; n++) {
            statement.setObject(n + 1, values[n]);
        }
    }

    /** So many question marks in brackets, at least one. The values are {@linkplain #padded padded} to this number. */
    static String places(List<?> padded) {
        return "(" + String.join(", ", Collections.nCopies(padded.size(), "?")) + ")";
    }

    /** Repeats the last value until there are 4, 16, 64 … of them, so that the database prepares few statements. */
    static <T> List<T> padded(List<T> values) {
        var size = 4;
        while (size < values.size()) {
            size *= 4;
        }
        var padded = new ArrayList<>(values);
        while (padded.size() < size) {
            padded.add(values.get(values.size() - 1));
        }
        return padded;
    }
}
