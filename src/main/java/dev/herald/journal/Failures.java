package dev.herald.journal;

import java.sql.SQLException;

/** What the database means by a failure (SQL:2016, "SQLSTATE values"; PostgreSQL, "Error Codes"; H2, {@code ErrorCode}). */
final class Failures {

    private Failures() {}

    /** Whether the data are at fault, so that a transaction without them may succeed. */
    static boolean isOfData(SQLException failure) {
        // Data exception, integrity constraint violation, program limit exceeded, a character that UTF-8 has not.
        return isOfClass(failure, "22", "23", "54");
    }

    /** Whether a row is there already. */
    static boolean isConstraint(SQLException failure) {
        return isOfClass(failure, "23");
    }

    /** Whether the transaction was rolled back for another's sake: a deadlock, or a lock that was not given. */
    static boolean isTransient(SQLException failure) {
        return isOfClass(failure, "40", "55P03", "HYT00");
    }

    /** Whether H2 could not write or read its file, or has closed it for that: then no connection is of use any more. */
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
