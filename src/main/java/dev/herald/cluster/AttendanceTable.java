package dev.herald.cluster;

import dev.herald.hub.Attendance;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

/**
 * Who is where on which node, in the database that the nodes share (PostgreSQL). Each node writes its own rows, in rounds that it
 * numbers; the others read the rounds that they have not read. All methods wait for the database, so callers hold no lock.
 */
final class AttendanceTable {

    /** Rows that are written with one statement. */
    private static final int TOGETHER = 1_000;

    private final DataSource database;

    AttendanceTable(DataSource database) {
        this.database = database;
    }

    /** What one node has written. */
    record Round(long last, List<Attendance> changes) {}

    /** Writes what has changed; a person who is gone stays as a row without a name, so that the others learn of it. */
    void write(String node, long round, Collection<Attendance> changes) throws SQLException {
        try (var connection = database.getConnection()) {
            inTransaction(connection, () -> upsert(connection, node, round, changes));
        }
    }

    /** Writes everything anew, in place of all that the node has written; and forgets nodes that nobody has seen leave. */
    void writeAll(String node, long round, Collection<Attendance> all) throws SQLException {
        try (var connection = database.getConnection()) {
            inTransaction(connection, () -> {
                allAreGone(connection, node, round);
                deleteTheDead(connection);
                upsert(connection, node, round, all);
            });
        }
    }

    /** The rows stay, so that a node which has read them learns of it. */
    private static void allAreGone(Connection connection, String node, long round) throws SQLException {
        try (var update = connection.prepareStatement(
                "UPDATE attendance SET name = NULL, round = ? WHERE node = ? AND name IS NOT NULL")) {
            update.setLong(1, round);
            update.setString(2, node);
            update.executeUpdate();
        }
    }

    private static void upsert(Connection connection, String node, long round, Collection<Attendance> changes)
            throws SQLException {
        try (var upsert = connection.prepareStatement("INSERT INTO attendance (node, place, person, name, round)"
                + " VALUES (?, ?, ?, ?, ?) ON CONFLICT (node, place, person)"
                + " DO UPDATE SET name = EXCLUDED.name, round = EXCLUDED.round")) {
            var n = 0;
            for (var change : changes) {
                upsert.setString(1, node);
                upsert.setString(2, change.place());
                upsert.setString(3, change.personId());
                upsert.setString(4, change.name());
                upsert.setLong(5, round);
                upsert.addBatch();
                if (++n % TOGETHER == 0) {
                    upsert.executeBatch();
                }
            }
            upsert.executeBatch();
        }
    }

    /** Forgets who was gone by a round. */
    void purge(String node, long round) throws SQLException {
        try (var connection = database.getConnection();
                var delete = connection.prepareStatement(
                        "DELETE FROM attendance WHERE node = ? AND name IS NULL AND round <= ?")) {
            delete.setString(1, node);
            delete.setLong(2, round);
            delete.executeUpdate();
        }
    }

    /** Forgets a node that is there no more. */
    void forget(String node) throws SQLException {
        try (var connection = database.getConnection()) {
            delete(connection, node);
        }
    }

    private static void delete(Connection connection, String node) throws SQLException {
        try (var delete = connection.prepareStatement("DELETE FROM attendance WHERE node = ?")) {
            delete.setString(1, node);
            delete.executeUpdate();
        }
    }

    /** A node has its lease before it writes who is there. */
    private static void deleteTheDead(Connection connection) throws SQLException {
        try (var delete = connection.createStatement()) {
            delete.executeUpdate("DELETE FROM attendance WHERE node NOT IN (SELECT id FROM node_lease)");
        }
    }

    /**
     * Reads what nodes have written since.
     *
     * @param seen the last round that was read of each, at least one node
     */
    Map<String, Round> read(Map<String, Long> seen) throws SQLException {
        var nodes = List.copyOf(seen.keySet());
        var wanted = String.join(" OR ", Collections.nCopies(nodes.size(), "(node = ? AND round > ?)"));
        try (var connection = database.getConnection();
                var select = connection.prepareStatement(
                        "SELECT node, place, person, name, round FROM attendance WHERE " + wanted)) {
            for (var n = 0; n < nodes.size(); n++) {
                select.setString(2 * n + 1, nodes.get(n));
                select.setLong(2 * n + 2, seen.getOrDefault(nodes.get(n), 0L));
            }
            try (var rows = select.executeQuery()) {
                var rounds = new HashMap<String, Round>();
                while (rows.next()) {
                    var change = new Attendance(rows.getString(2), rows.getString(3), rows.getString(4));
                    var round = rows.getLong(5);
                    rounds.merge(
                            rows.getString(1),
                            new Round(round, new ArrayList<>(List.of(change))),
                            AttendanceTable::join);
                }
                return rounds;
            }
        }
    }

    private static Round join(Round earlier, Round one) {
        earlier.changes().addAll(one.changes());
        return new Round(Math.max(earlier.last(), one.last()), earlier.changes());
    }

    private interface Work {
        void run() throws SQLException;
    }

    private static void inTransaction(Connection connection, Work work) throws SQLException {
        connection.setAutoCommit(false);
        try {
            work.run();
            connection.commit();
        } catch (SQLException | RuntimeException | Error e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }
}
