package dev.herald.cluster;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Commands to all nodes in PostgreSQL, each with the time of its clock. One thread of a node calls, with no lock held: each call waits for
 * the database.
 */
final class CommandTable {

    /** The most commands that are read at one time. */
    private static final int PAGE = 1_000;

    private final DataSource database;

    /**
     * Some commands, the oldest first.
     *
     * @param end where the next page begins
     * @param isFull whether there may be more
     */
    record Page(List<String> texts, Timestamp end, boolean isFull) {}

    CommandTable(DataSource database) {
        this.database = database;
    }

    /** Writes a command, unless it is there. */
    void write(String id, String sender, String text) throws SQLException {
        try (var connection = database.getConnection();
                var insert = connection.prepareStatement("INSERT INTO cluster_command (id, sender, text, at)"
                        + " VALUES (?, ?, ?, clock_timestamp()) ON CONFLICT (id) DO NOTHING")) {
            insert.setString(1, id);
            insert.setString(2, sender);
            insert.setString(3, text);
            insert.executeUpdate();
        }
    }

    /**
     * The commands of others.
     *
     * @param since where the last page ended; {@code null} for now
     * @param overlap how much earlier it begins: a command is seen only once its transaction has ended
     */
    Page read(String me, @Nullable Timestamp since, Duration overlap) throws SQLException {
        try (var connection = database.getConnection();
                var select = connection.prepareStatement("SELECT now(), text, at"
                        + " FROM (SELECT 1) AS always LEFT JOIN cluster_command ON sender <> ?"
                        + " AND at > coalesce(CAST(? AS timestamptz), now()) - ? * interval '1 millisecond'"
                        + " ORDER BY at LIMIT " + PAGE)) {
            select.setString(1, me);
            select.setTimestamp(2, since);
            select.setLong(3, overlap.toMillis());
            try (var rows = select.executeQuery()) {
                return page(rows, overlap);
            }
        }
    }

    private static Page page(ResultSet rows, Duration overlap) throws SQLException {
        var texts = new ArrayList<String>();
        var end = new Timestamp(0);
        while (rows.next()) {
            end = rows.getTimestamp(1);
            var text = rows.getString(2);
            if (text != null) {
                texts.add(text);
            }
            if (texts.size() == PAGE) {
                // As the next page begins earlier by the overlap.
                return new Page(
                        texts, Timestamp.from(rows.getTimestamp(3).toInstant().plus(overlap)), true);
            }
        }
        return new Page(texts, end, false);
    }

    /** Deletes what nobody needs any more. */
    void purge(Duration age) throws SQLException {
        try (var connection = database.getConnection();
                var delete = connection.prepareStatement(
                        "DELETE FROM cluster_command WHERE at < now() - ? * interval '1 millisecond'")) {
            delete.setLong(1, age.toMillis());
            delete.executeUpdate();
        }
    }
}
