package dev.herald.journal;

import dev.herald.api.ChannelName;
import dev.herald.api.Envelope;
import dev.herald.api.Person;
import dev.herald.api.Position;
import dev.herald.hub.LogUnavailableException;
import dev.herald.json.Lines;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * The statements for channels and messages, in the SQL that H2 and PostgreSQL have in common. The caller begins and ends
 * transactions.
 */
final class Tables {

    private static final String MESSAGE =
            "m.number, m.event, m.sender_id, m.sender_name, m.recipient, m.sent_at, m.json, m.excepted";

    private Tables() {}

    /**
     * A channel.
     *
     * @param head the offset of its last message
     * @param firstKept the offset of the oldest message that is not trimmed
     */
    record Row(String epoch, long head, long firstKept) {

        Position position() {
            return new Position(epoch, head);
        }
    }

    /** A message, and the id that its sender gave it. */
    record Entry(Envelope message, @Nullable String clientId) {}

    /**
     * Must be called after each failure. After a failed write, no connection to H2 works any more. So H2 is made to close its
     * file; the next connection opens the file again, with everything that was committed.
     */
    static void afterFailure(Connection connection, SQLException failure) {
        if (Failures.isOfH2File(failure)) {
            H2File.letGo(connection);
        }
    }

    /** Stores the epoch for new channels, unless there is one. */
    static void begin(Connection connection, String epoch) throws SQLException {
        try (var insert = connection.prepareStatement("INSERT INTO journal (id, epoch)"
                + " SELECT 1, CAST(? AS VARCHAR) WHERE NOT EXISTS (SELECT 1 FROM journal WHERE id = 1)")) {
            insert.setString(1, epoch);
            insert.executeUpdate();
        }
    }

    /**
     * Gives all channels a new epoch, unless that was already done for this restored backup.
     *
     * @return whether they have the new epoch now
     */
    static boolean renew(Connection connection, String epoch, String restored) throws SQLException {
        try (var journal = connection.prepareStatement(
                        "UPDATE journal SET epoch = ?, restored = ? WHERE restored IS NULL OR restored <> ?");
                var channels = connection.prepareStatement("UPDATE channel SET epoch = ?")) {
            journal.setString(1, epoch);
            journal.setString(2, restored);
            journal.setString(3, restored);
            if (journal.executeUpdate() == 0) {
                return false;
            }
            channels.setString(1, epoch);
            channels.executeUpdate();
            return true;
        }
    }

    /** Reads a channel's row. For a channel that does not exist yet: the row that it will have. */
    static Row channel(Connection connection, ChannelName name) throws SQLException {
        try (var select = connection.prepareStatement("SELECT epoch, head, first_kept FROM channel WHERE name = ?")) {
            select.setString(1, name.value());
            try (var rows = select.executeQuery()) {
                if (rows.next()) {
                    return new Row(rows.getString(1), rows.getLong(2), rows.getLong(3));
                }
            }
        }
        try (var select = connection.prepareStatement("SELECT epoch FROM journal WHERE id = 1");
                var rows = select.executeQuery()) {
            if (rows.next()) {
                return new Row(rows.getString(1), 0, 1);
            }
            throw new LogUnavailableException("the database is empty: its epoch is gone");
        }
    }

    /** The heads of those of the channels, at least one, that exist. */
    static Map<ChannelName, Position> heads(Connection connection, Collection<ChannelName> channels)
            throws SQLException {
        var names = padded(List.copyOf(channels));
        try (var select = connection.prepareStatement(
                "SELECT name, epoch, head FROM channel WHERE name IN (" + commaSeparated("?", names.size()) + ")")) {
            for (var n = 0; n < names.size(); n++) {
                select.setString(n + 1, names.get(n).value());
            }
            try (var rows = select.executeQuery()) {
                var heads = new HashMap<ChannelName, Position>();
                while (rows.next()) {
                    heads.put(new ChannelName(rows.getString(1)), new Position(rows.getString(2), rows.getLong(3)));
                }
                return heads;
            }
        }
    }

    /** Creates a channel without messages; fails when the channel exists. */
    static void create(Connection connection, String channel) throws SQLException {
        try (var insert = connection.prepareStatement("INSERT INTO channel (name, epoch, head, first_kept)"
                + " SELECT CAST(? AS VARCHAR), epoch, 0, 1 FROM journal WHERE id = 1")) {
            insert.setString(1, channel);
            insert.executeUpdate();
        }
    }

    /**
     * Locks channels in the order of their names, and moves their heads.
     *
     * @param messages by how many messages each head is moved
     * @return the new heads, without those of channels that do not exist
     */
    static Map<String, Position> grow(Connection connection, SortedMap<String, Integer> messages) throws SQLException {
        try (var update = connection.prepareStatement(
                "UPDATE channel SET head = head + ? WHERE name = ?", new String[] {"name", "epoch", "head"})) {
            for (var channel : messages.entrySet()) {
                update.setInt(1, channel.getValue());
                update.setString(2, channel.getKey());
                update.addBatch();
            }
            update.executeBatch();
            var heads = new HashMap<String, Position>();
            try (var rows = update.getGeneratedKeys()) {
                while (rows.next()) {
                    heads.put(rows.getString(1), new Position(rows.getString(2), rows.getLong(3)));
                }
            }
            return heads;
        }
    }

    /** The existing messages that have one of these keys. */
    static Map<RepeatKey, Envelope> findRepeats(
            Connection connection, Collection<RepeatKey> wanted, Map<String, Position> heads) throws SQLException {
        var ofPeople = wanted.stream().filter(key -> key.senderId() != null).toList();
        var ofNobody = wanted.stream().filter(key -> key.senderId() == null).toList();
        var found = findRepeats(connection, ofPeople, "m.sender_id = k.sender_id", heads);
        // Asked by itself: NULL is never equal, and no index serves "equal, or both NULL".
        found.putAll(findRepeats(connection, ofNobody, "m.sender_id IS NULL", heads));
        return found;
    }

    private static Map<RepeatKey, Envelope> findRepeats(
            Connection connection, List<RepeatKey> wanted, String ofSender, Map<String, Position> heads)
            throws SQLException {
        var found = new HashMap<RepeatKey, Envelope>();
        if (wanted.isEmpty()) {
            return found;
        }
        var keys = padded(wanted);
        try (var select = connection.prepareStatement("SELECT " + MESSAGE + ", m.channel, m.client_id FROM (VALUES "
                + commaSeparated("(CAST(? AS VARCHAR), CAST(? AS VARCHAR), CAST(? AS VARCHAR))", keys.size())
                + ") AS k (channel, sender_id, client_id) JOIN message m"
                + " ON m.channel = k.channel AND " + ofSender + " AND m.client_id = k.client_id")) {
            var n = 0;
            for (var key : keys) {
                select.setString(++n, key.channel());
                select.setString(++n, key.senderId());
                select.setString(++n, key.clientId());
            }
            try (var rows = select.executeQuery()) {
                while (rows.next()) {
                    var channel = rows.getString(9);
                    var epoch = Objects.requireNonNull(heads.get(channel)).epoch();
                    found.put(
                            new RepeatKey(channel, rows.getString(3), rows.getString(10)),
                            message(rows, new ChannelName(channel), epoch));
                }
            }
        }
        return found;
    }

    /** Adds messages. The channels' heads have been moved before. */
    static void insert(Connection connection, List<Entry> entries) throws SQLException {
        try (var insert = connection.prepareStatement("INSERT INTO message (channel, number, event, sender_id,"
                + " sender_name, recipient, client_id, sent_at, json, excepted)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
            for (var entry : entries) {
                set(insert, entry);
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    private static void set(PreparedStatement insert, Entry entry) throws SQLException {
        var message = entry.message();
        var from = message.from();
        insert.setString(1, Objects.requireNonNull(message.channel()).value());
        insert.setLong(2, Objects.requireNonNull(message.position()).offset());
        insert.setString(3, message.event());
        insert.setString(4, from == null ? null : from.id());
        insert.setString(5, from == null ? null : from.name());
        insert.setString(6, message.to());
        insert.setString(7, entry.clientId());
        insert.setLong(8, message.at().toEpochMilli());
        insert.setString(9, message.json());
        insert.setString(10, Lines.write(message.except()));
    }

    /** The existing messages after one offset, up to and including another. */
    static List<Envelope> messages(Connection connection, ChannelName channel, String epoch, long after, long upTo)
            throws SQLException {
        try (var select = connection.prepareStatement("SELECT " + MESSAGE
                + " FROM message m WHERE m.channel = ? AND m.number > ? AND m.number <= ? ORDER BY m.number")) {
            select.setString(1, channel.value());
            select.setLong(2, after);
            select.setLong(3, upTo);
            try (var rows = select.executeQuery()) {
                var messages = new ArrayList<Envelope>();
                while (rows.next()) {
                    messages.add(message(rows, channel, epoch));
                }
                return messages;
            }
        }
    }

    /** The names of channels that come after this name, in order; the name may be empty. */
    static List<ChannelName> channels(Connection connection, String after, int limit) throws SQLException {
        try (var select =
                connection.prepareStatement("SELECT name FROM channel WHERE name > ? ORDER BY name LIMIT " + limit)) {
            select.setString(1, after);
            try (var rows = select.executeQuery()) {
                var names = new ArrayList<ChannelName>();
                while (rows.next()) {
                    names.add(new ChannelName(rows.getString(1)));
                }
                return names;
            }
        }
    }

    /** The time of a message, in milliseconds since 1970; empty when there is no such message. */
    static OptionalLong sentAt(Connection connection, ChannelName channel, long offset) throws SQLException {
        try (var select = connection.prepareStatement("SELECT sent_at FROM message WHERE channel = ? AND number = ?")) {
            select.setString(1, channel.value());
            select.setLong(2, offset);
            return number(select);
        }
    }

    /** The offset of the first row of a channel, even if it is already trimmed; empty when there is none. */
    static OptionalLong first(Connection connection, ChannelName channel) throws SQLException {
        // Ordered by the whole key: if ordered by the offset alone, H2 would read and sort the whole channel.
        try (var select = connection.prepareStatement(
                "SELECT number FROM message WHERE channel = ? ORDER BY channel, number LIMIT 1")) {
            select.setString(1, channel.value());
            return number(select);
        }
    }

    private static OptionalLong number(PreparedStatement select) throws SQLException {
        try (var rows = select.executeQuery()) {
            return rows.next() ? OptionalLong.of(rows.getLong(1)) : OptionalLong.empty();
        }
    }

    /**
     * Marks the messages up to an offset as trimmed. Does nothing when they already are, or when the offset is after the head.
     * Locks the channel.
     */
    static void trim(Connection connection, ChannelName channel, Position upTo) throws SQLException {
        try (var update = connection.prepareStatement(
                "UPDATE channel SET first_kept = ? WHERE name = ? AND epoch = ? AND first_kept <= ? AND head >= ?")) {
            update.setLong(1, upTo.offset() + 1);
            update.setString(2, channel.value());
            update.setString(3, upTo.epoch());
            update.setLong(4, upTo.offset());
            update.setLong(5, upTo.offset());
            update.executeUpdate();
        }
    }

    /** Deletes the messages from one offset to another. Locks them, but not their channel. */
    static void remove(Connection connection, ChannelName channel, long from, long to) throws SQLException {
        try (var delete =
                connection.prepareStatement("DELETE FROM message WHERE channel = ? AND number >= ? AND number <= ?")) {
            delete.setString(1, channel.value());
            delete.setLong(2, from);
            delete.setLong(3, to);
            delete.executeUpdate();
        }
    }

    private static Envelope message(ResultSet row, ChannelName channel, String epoch) throws SQLException {
        var senderId = row.getString(3);
        return new Envelope(
                channel,
                new Position(epoch, row.getLong(1)),
                row.getString(2),
                senderId == null ? null : new Person(senderId, row.getString(4)),
                row.getString(5),
                Instant.ofEpochMilli(row.getLong(6)),
                row.getString(7),
                Lines.read(row.getString(8)));
    }

    /**
     * Repeats the last element until the length is a power of 4. So the database prepares few statements, and not one for each
     * length.
     */
    private static <T> List<T> padded(List<T> values) {
        var size = 1;
        while (size < values.size()) {
            size *= 4;
        }
        var padded = new ArrayList<>(values);
        while (padded.size() < size) {
            padded.add(values.get(values.size() - 1));
        }
        return padded;
    }

    private static String commaSeparated(String part, int times) {
        return String.join(", ", Collections.nCopies(times, part));
    }
}
