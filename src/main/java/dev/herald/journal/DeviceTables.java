package dev.herald.journal;

import dev.herald.api.ChannelName;
import dev.herald.api.Position;
import dev.herald.hub.DeviceName;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;

/**
 * The statements for people's devices, in the SQL that H2 and PostgreSQL have in common. The caller begins and ends
 * transactions.
 */
final class DeviceTables {

    private DeviceTables() {}

    /** A device of the person that has this private channel. Ordered as the rows are locked. */
    record Key(ChannelName channel, DeviceName device) implements Comparable<Key> {

        @Override
        public int compareTo(Key other) {
            var order = channel.value().compareTo(other.channel().value());
            return order != 0 ? order : device.value().compareTo(other.device().value());
        }
    }

    /** All devices of a person, each with what was seen on it. */
    static Map<DeviceName, Position> all(Connection connection, ChannelName channel) throws SQLException {
        try (var select = connection.prepareStatement("SELECT name, epoch, seen FROM device WHERE channel = ?")) {
            select.setString(1, channel.value());
            try (var rows = select.executeQuery()) {
                var devices = new LinkedHashMap<DeviceName, Position>();
                while (rows.next()) {
                    devices.put(new DeviceName(rows.getString(1)), new Position(rows.getString(2), rows.getLong(3)));
                }
                return devices;
            }
        }
    }

    /** Fails when the row exists. */
    static void insert(Connection connection, Key key, Position seen) throws SQLException {
        try (var insert =
                connection.prepareStatement("INSERT INTO device (channel, name, epoch, seen) VALUES (?, ?, ?, ?)")) {
            insert.setString(1, key.channel().value());
            insert.setString(2, key.device().value());
            insert.setString(3, seen.epoch());
            insert.setLong(4, seen.offset());
            insert.executeUpdate();
        }
    }

    static void delete(Connection connection, Key key) throws SQLException {
        try (var delete = connection.prepareStatement("DELETE FROM device WHERE channel = ? AND name = ?")) {
            delete.setString(1, key.channel().value());
            delete.setString(2, key.device().value());
            delete.executeUpdate();
        }
    }

    /**
     * Moves devices forward, in the order of their keys. A device that is already further in the same epoch stays where it is.
     *
     * @return the devices that do not exist
     */
    static Set<Key> move(Connection connection, SortedMap<Key, Position> seen) throws SQLException {
        var unchanged = new HashSet<Key>();
        try (var update = connection.prepareStatement("UPDATE device SET epoch = ?, seen = ?"
                + " WHERE channel = ? AND name = ? AND (epoch <> ? OR seen < ?)")) {
            for (var one : seen.entrySet()) {
                update.setString(1, one.getValue().epoch());
                update.setLong(2, one.getValue().offset());
                update.setString(3, one.getKey().channel().value());
                update.setString(4, one.getKey().device().value());
                update.setString(5, one.getValue().epoch());
                update.setLong(6, one.getValue().offset());
                update.addBatch();
            }
            var counts = update.executeBatch();
            var n = 0;
            for (var key : seen.keySet()) {
                if (counts[n++] == 0) {
                    unchanged.add(key);
                }
            }
        }
        var missing = new HashSet<Key>();
        for (var key : unchanged) {
            if (!all(connection, key.channel()).containsKey(key.device())) {
                missing.add(key);
            }
        }
        return missing;
    }
}
