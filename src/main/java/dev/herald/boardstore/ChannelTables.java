package dev.herald.boardstore;

import static dev.herald.boardstore.BoardDatabase.change;
import static dev.herald.boardstore.BoardDatabase.padded;
import static dev.herald.boardstore.BoardDatabase.places;
import static dev.herald.boardstore.BoardDatabase.set;

import dev.herald.api.ChannelName;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The board's channels and who is in them. Any number of nodes may use the same database. Any thread may call, holding no lock: it
 * waits for the database. Each method is one transaction, and throws {@link dev.herald.api.RefusedException} with {@code
 * LOG_UNAVAILABLE} when it fails.
 */
public final class ChannelTables {

    private static final String CHANNEL = "SELECT c.name, c.topic,"
            + " (SELECT COUNT(*) FROM board_member m WHERE m.channel = c.name) FROM board_channel c";

    private final BoardDatabase database;
    private final Clock clock;

    /** What came of something that is bounded. */
    public enum Outcome {
        DONE,
        /** It was so before. */
        WAS_SO,
        TOO_MANY
    }

    ChannelTables(BoardDatabase database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /**
     * Makes a channel without members.
     *
     * @param most as many channels there may be; makers at the same moment may exceed it by as many as they are
     */
    public Outcome make(ChannelName name, String topic, int most) {
        return database.ask(connection -> {
            if (exists(connection, name)) {
                return Outcome.WAS_SO;
            }
            if (count(connection, "SELECT COUNT(*) FROM board_channel") >= most) {
                return Outcome.TOO_MANY;
            }
            change(connection, "INSERT INTO board_channel (name, topic) VALUES (?, ?)", name.value(), topic);
            return Outcome.DONE;
        });
    }

    private static boolean exists(Connection connection, ChannelName name) throws SQLException {
        return count(connection, "SELECT COUNT(*) FROM board_channel WHERE name = ?", name.value()) > 0;
    }

    private static int count(Connection connection, String sql, Object... values) throws SQLException {
        try (var select = connection.prepareStatement(sql)) {
            set(select, values);
            try (var rows = select.executeQuery()) {
                rows.next();
                return rows.getInt(1);
            }
        }
    }

    /** Those of the channels that exist. */
    public Map<ChannelName, BoardChannel> find(Collection<ChannelName> names) {
        if (names.isEmpty()) {
            return Map.of();
        }
        var wanted = padded(names.stream().map(ChannelName::value).toList());
        return database.ask(connection -> {
            try (var select = connection.prepareStatement(CHANNEL + " WHERE c.name IN " + places(wanted))) {
                set(select, wanted.toArray());
                try (var rows = select.executeQuery()) {
                    var found = new LinkedHashMap<ChannelName, BoardChannel>();
                    read(rows).forEach(channel -> found.put(channel.name(), channel));
                    return found;
                }
            }
        });
    }

    /**
     * Channels in the order of their names.
     *
     * @param part what the name or the topic contains, in whichever case; empty for all
     * @param after only names after this one; may be empty
     */
    public List<BoardChannel> browse(String part, String after, int limit) {
        var pattern = "%" + part.replace("!", "!!").replace("%", "!%").replace("_", "!_") + "%";
        return database.ask(connection -> {
            try (var select = connection.prepareStatement(CHANNEL
                    + " WHERE c.name > ? AND (c.name ILIKE ? ESCAPE '!' OR c.topic ILIKE ? ESCAPE '!')"
                    + " ORDER BY c.name LIMIT " + limit)) {
                set(select, after, pattern, pattern);
                try (var rows = select.executeQuery()) {
                    return read(rows);
                }
            }
        });
    }

    private static List<BoardChannel> read(ResultSet rows) throws SQLException {
        var channels = new ArrayList<BoardChannel>();
        while (rows.next()) {
            channels.add(new BoardChannel(new ChannelName(rows.getString(1)), rows.getString(2), rows.getInt(3)));
        }
        return channels;
    }

    /** Gives a channel another topic; makes the channel if there is none. */
    public void topic(ChannelName name, String topic) {
        database.ask(connection -> {
            if (change(connection, "UPDATE board_channel SET topic = ? WHERE name = ?", topic, name.value()) == 0) {
                change(connection, "INSERT INTO board_channel (name, topic) VALUES (?, ?)", name.value(), topic);
            }
            return true;
        });
    }

    /** Puts somebody into a channel, who is not in more than so many. */
    public Outcome enter(String personId, ChannelName channel, int most) {
        return database.ask(connection -> {
            if (count(
                            connection,
                            "SELECT COUNT(*) FROM board_member WHERE person = ? AND channel = ?",
                            personId,
                            channel.value())
                    > 0) {
                return Outcome.WAS_SO;
            }
            if (count(connection, "SELECT COUNT(*) FROM board_member WHERE person = ?", personId) >= most) {
                return Outcome.TOO_MANY;
            }
            insert(connection, personId, channel, false);
            return Outcome.DONE;
        });
    }

    private void insert(Connection connection, String personId, ChannelName channel, boolean muted)
            throws SQLException {
        change(
                connection,
                "INSERT INTO board_member (person, channel, muted, written_at) VALUES (?, ?, ?, ?)",
                personId,
                channel.value(),
                muted,
                clock.millis());
    }

    /** Takes somebody out of a channel; false if the person was not in it. */
    public boolean exit(String personId, ChannelName channel) {
        return database.ask(connection -> change(
                        connection,
                        "DELETE FROM board_member WHERE person = ? AND channel = ?",
                        personId,
                        channel.value())
                > 0);
    }

    /** Mutes a channel for somebody, or ends that; puts the person into it if need be. */
    public void mute(String personId, ChannelName channel, boolean muted) {
        database.ask(connection -> {
            var changed = change(
                    connection,
                    "UPDATE board_member SET muted = ?, written_at = ? WHERE person = ? AND channel = ?",
                    muted,
                    clock.millis(),
                    personId,
                    channel.value());
            if (changed == 0) {
                insert(connection, personId, channel, muted);
            }
            return true;
        });
    }

    /** The channels that somebody is in, in the order of their names. */
    public List<Membership> memberships(String personId) {
        return database.ask(connection -> {
            try (var select = connection.prepareStatement(
                    "SELECT channel, muted FROM board_member WHERE person = ? ORDER BY channel")) {
                set(select, personId);
                try (var rows = select.executeQuery()) {
                    var memberships = new ArrayList<Membership>();
                    while (rows.next()) {
                        memberships.add(new Membership(new ChannelName(rows.getString(1)), rows.getBoolean(2)));
                    }
                    return memberships;
                }
            }
        });
    }
}
