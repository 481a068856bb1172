package dev.herald.journal;

import java.sql.SQLException;

/** What the database means by a failure (SQL:2016, "SQLSTATE values"; PostgreSQL, "Error Codes"; H2, {@code ErrorCode}). */
final class Failures {

    private Failures() {}

    /** Whether the data caused the failure, so that a transaction without them may succeed. */
    static boolean isOfData(SQLException failure) {
        // Data exception, integrity constraint violation, program limit exceeded, character not in UTF-8.
        return isOfClass(failure, "22", "23", "54");
    }

    /** Whether a row with this key exists already. */
    static boolean isConstraint(SQLException failure) {
        return isOfClass(failure, "23");
    }

    /** Whether the transaction was rolled back because of another transaction: a deadlock, or a lock timeout. */
    static boolean isTransient(SQLException failure) {
        return isOfClass(failure, "40", "55P03", "HYT00");
    }

    /** Whether H2 could not write or read its file, or has closed it because of that. Then no connection works any more. */
    static boolean isOfH2File(SQLException failure) {
        // General error, I/O exception 1 and 2, file corrupted, database is closed.
        return isOfClass(failure, "HY000", "90028", "90031", "90030", "90098");
    }

    private static boolean isOfClass(SQLException failure, String... prefixes) {
        for (var one = failure; one != null; one = one.getNextException()) {
            var state = one.getSQLState();
            for (var prefix : prefixes) {
                if (state != null && state.startsWith(prefix)) {
                    return true;
                }
            }
        }
        return false;
    }
}
