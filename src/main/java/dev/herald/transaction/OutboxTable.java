package dev.herald.transaction;

import dev.herald.api.ChannelName;
import dev.herald.api.Person;
import dev.herald.hub.Draft;
import dev.herald.json.Lines;
import dev.herald.json.WellFormed;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The statements for the outbox's tables, in the SQL that H2 and PostgreSQL have in common. The caller begins and ends transactions.
 */
final class OutboxTable {

    /** How many lanes the channels are spread over. */
    static final int LANES = 64;

    /** Whoever has locked it moves messages. */
    private static final int RELAYS_LANE = -1;

    private static final int MAX_REASON = 512;

    private OutboxTable() {}

    /**
     * A message, as it is in the table.
     *
     * @param number grows in the order of the commits within one channel
     */
    record Row(
            long number,
            String messageId,
            String channel,
            String event,
            @Nullable String recipient,
            String json,
            Set<String> except) {

        /** @throws IllegalArgumentException when there can be no such channel */
        Draft draft() {
            return new Draft(new ChannelName(channel), event, null, recipient, json, messageId, except);
        }
    }

    /** Some messages, and whether there are more. */
    record Page(List<Row> rows, boolean isLast) {}

    /** Whether a row, and every log, can hold whom the draft is for and who does not get it. Its event and JSON were checked before. */
    static boolean canHold(Draft draft) {
        var to = draft.to();
        return (to == null || (to.length() <= Person.MAX_ID && WellFormed.is(to)))
                && draft.except().stream().allMatch(WellFormed::is);
    }

    /**
     * Locks the lane of the draft's channel until the transaction ends, and then writes the draft: so the numbers of a channel are
     * in the order of the commits.
     *
     * @param createdAt in milliseconds since 1970
     */
    static void write(Connection connection, Draft draft, long createdAt) throws SQLException {
        var lane = Math.floorMod(draft.channel().value().hashCode(), LANES);
        if (!lock(connection, lane, "")) {
            throw new SQLException("the table herald_outbox_lane has no row for lane " + lane);
        }
        try (var insert = connection.prepareStatement(
                "INSERT INTO herald_outbox (message_id, channel, event, recipient, json, excepted, created_at)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?)")) {
            insert.setString(1, draft.clientId());
            insert.setString(2, draft.channel().value());
            insert.setString(3, draft.event());
            insert.setString(4, draft.to());
            insert.setString(5, draft.json());
            insert.setString(6, Lines.write(draft.except()));
            insert.setLong(7, createdAt);
            insert.executeUpdate();
        }
    }

    /** Locks the lane of those who move messages; false when another one has it. */
    static boolean claim(Connection connection) throws SQLException {
        return lock(connection, RELAYS_LANE, " SKIP LOCKED");
    }

    private static boolean lock(Connection connection, int lane, String orElse) throws SQLException {
        try (var select =
                connection.prepareStatement("SELECT lane FROM herald_outbox_lane WHERE lane = ? FOR UPDATE" + orElse)) {
            select.setInt(1, lane);
            try (var rows = select.executeQuery()) {
                return rows.next();
            }
        }
    }

    /** Whether there are messages to move. */
    static boolean hasMessages(Connection connection) throws SQLException {
        try (var select = connection.prepareStatement("SELECT id FROM herald_outbox WHERE refused IS NULL LIMIT 1");
                var rows = select.executeQuery()) {
            return rows.next();
        }
    }

    /**
     * The first messages that are to be moved.
     *
     * @param limit the most messages
     * @param maxSize the most text of all but the last, in characters
     */
    static Page first(Connection connection, int limit, long maxSize) throws SQLException {
        try (var select = connection.prepareStatement("SELECT id, message_id, channel, event, recipient, json, excepted"
                + " FROM herald_outbox WHERE refused IS NULL ORDER BY id LIMIT " + (limit + 1))) {
            select.setFetchSize(16);
            try (var rows = select.executeQuery()) {
                var page = new ArrayList<Row>();
                var size = 0L;
                while (rows.next()) {
                    if (page.size() == limit || size > maxSize) {
                        return new Page(page, false);
                    }
                    var row = row(rows);
                    page.add(row);
                    size += row.json().length();
                }
                return new Page(page, true);
            }
        }
    }

    private static Row row(ResultSet row) throws SQLException {
        return new Row(
                row.getLong(1),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                row.getString(5),
                row.getString(6),
                Lines.read(row.getString(7)));
    }

    /** Removes messages that are in the log. */
    static void delete(Connection connection, Collection<Row> moved) throws SQLException {
        try (var delete = connection.prepareStatement("DELETE FROM herald_outbox WHERE id = ?")) {
            for (var row : moved) {
                delete.setLong(1, row.number());
                delete.addBatch();
            }
            delete.executeBatch();
        }
    }

    /** Keeps a message in the table, but never moves it. */
    static void setAside(Connection connection, Row row, String reason) throws SQLException {
        try (var update = connection.prepareStatement("UPDATE herald_outbox SET refused = ? WHERE id = ?")) {
            update.setString(1, reason.substring(0, Math.min(reason.length(), MAX_REASON)));
            update.setLong(2, row.number());
            update.executeUpdate();
        }
    }

    /** Whether a message is in the table, set aside or not. */
    static boolean has(Connection connection, String messageId) throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement("SELECT id FROM herald_outbox WHERE message_id = ?")) {
            select.setString(1, messageId);
            try (var rows = select.executeQuery()) {
                return rows.next();
            }
        }
    }
}
