package dev.herald.journal;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The statements for clients' states, in the SQL that H2 and PostgreSQL have in common. The caller begins and ends
 * transactions.
 */
final class StateTables {

    private StateTables() {}

    /**
     * A client's state.
     *
     * @param node the life of the server that it belongs to (see {@link JdbcClientStates})
     */
    record Row(String node, String state) {}

    /** Sets the sign of life of all known lives to now: while no server ran, none could write one. */
    static void signAll(Connection connection, long now) throws SQLException {
        try (var update = connection.prepareStatement("UPDATE node SET sign = ?")) {
            update.setLong(1, now);
            update.executeUpdate();
        }
    }

    /** Writes a life's sign of life, and registers the life if it is new. */
    static void sign(Connection connection, String node, long now) throws SQLException {
        try (var update = connection.prepareStatement("UPDATE node SET sign = ? WHERE id = ?")) {
            update.setLong(1, now);
            update.setString(2, node);
            if (update.executeUpdate() > 0) {
                return;
            }
        }
        try (var insert = connection.prepareStatement("INSERT INTO node (id, sign)"
                + " SELECT CAST(? AS VARCHAR), CAST(? AS BIGINT) WHERE NOT EXISTS (SELECT 1 FROM node WHERE id = ?)")) {
            insert.setString(1, node);
            insert.setLong(2, now);
            insert.setString(3, node);
            insert.executeUpdate();
        }
    }

    /** The lives that have written no sign since a time. */
    static List<String> silent(Connection connection, long since) throws SQLException {
        try (var select = connection.prepareStatement("SELECT id FROM node WHERE sign < ?")) {
            select.setLong(1, since);
            try (var rows = select.executeQuery()) {
                var nodes = new ArrayList<String>();
                while (rows.next()) {
                    nodes.add(rows.getString(1));
                }
                return nodes;
            }
        }
    }

    /** Whether any other life has written a sign after a time. */
    static boolean isAnotherSigning(Connection connection, String node, long after) throws SQLException {
        try (var select = connection.prepareStatement("SELECT COUNT(*) FROM node WHERE id <> ? AND sign > ?")) {
            select.setString(1, node);
            select.setLong(2, after);
            try (var rows = select.executeQuery()) {
                return rows.next() && rows.getLong(1) > 0;
            }
        }
    }

    /** Deletes some of a life's states; returns how many it deleted. */
    static int purge(Connection connection, String node, int atMost) throws SQLException {
        try (var delete = connection.prepareStatement("DELETE FROM client_state WHERE id IN"
                + " (SELECT id FROM client_state WHERE node = ? FETCH FIRST " + atMost + " ROWS ONLY)")) {
            delete.setString(1, node);
            return delete.executeUpdate();
        }
    }

    /** Forgets a life, unless it has written a sign since a time. */
    static void forget(Connection connection, String node, long since) throws SQLException {
        try (var delete = connection.prepareStatement("DELETE FROM node WHERE id = ? AND sign < ?")) {
            delete.setString(1, node);
            delete.setLong(2, since);
            delete.executeUpdate();
        }
    }

    /**
     * Writes states of a life, and locks them in the order of their ids.
     *
     * @param states by their ids
     * @return the ids of states that were not written because they belong to another life
     */
    static SortedSet<String> write(Connection connection, String node, SortedMap<String, String> states)
            throws SQLException {
        var missing = new TreeSet<String>();
        try (var update = connection.prepareStatement("UPDATE client_state SET state = ? WHERE id = ? AND node = ?")) {
            for (var state : states.entrySet()) {
                update.setString(1, state.getValue());
                update.setString(2, state.getKey());
                update.setString(3, node);
                update.addBatch();
            }
            missing.addAll(unchanged(update, states.keySet()));
        }
        if (missing.isEmpty()) {
            return missing;
        }
        try (var insert = connection.prepareStatement("INSERT INTO client_state (id, node, state)"
                + " SELECT CAST(? AS VARCHAR), CAST(? AS VARCHAR), CAST(? AS VARCHAR)"
                + " WHERE NOT EXISTS (SELECT 1 FROM client_state WHERE id = ?)")) {
            for (var id : missing) {
                insert.setString(1, id);
                insert.setString(2, node);
                insert.setString(3, states.get(id));
                insert.setString(4, id);
                insert.addBatch();
            }
            return new TreeSet<>(unchanged(insert, missing));
        }
    }

    private static List<String> unchanged(PreparedStatement statement, Collection<String> ids) throws SQLException {
        var counts = statement.executeBatch();
        var unchanged = new ArrayList<String>();
        var n = 0;
        for (var id : ids) {
            if (counts[n++] == 0) {
                unchanged.add(id);
            }
        }
        return unchanged;
    }

    /** Deletes states of a life. */
    static void delete(Connection connection, String node, SortedSet<String> ids) throws SQLException {
        try (var delete = connection.prepareStatement("DELETE FROM client_state WHERE id = ? AND node = ?")) {
            for (var id : ids) {
                delete.setString(1, id);
                delete.setString(2, node);
                delete.addBatch();
            }
            delete.executeBatch();
        }
    }

    /** Reads a state, whichever life it belongs to. */
    static Optional<Row> read(Connection connection, String id) throws SQLException {
        try (var select = connection.prepareStatement("SELECT node, state FROM client_state WHERE id = ?")) {
            select.setString(1, id);
            try (var rows = select.executeQuery()) {
                return rows.next() ? Optional.of(new Row(rows.getString(1), rows.getString(2))) : Optional.empty();
            }
        }
    }

    /** Gives a state to another life; false when the state has changed since it was read. */
    static boolean take(Connection connection, String id, Row read, String node) throws SQLException {
        try (var update = connection.prepareStatement(
                "UPDATE client_state SET node = ? WHERE id = ? AND node = ? AND state = ?")) {
            update.setString(1, node);
            update.setString(2, id);
            update.setString(3, read.node());
            update.setString(4, read.state());
            return update.executeUpdate() == 1;
        }
    }
}
