package dev.herald.boardstore;

import static dev.herald.boardstore.BoardDatabase.change;
import static dev.herald.boardstore.BoardDatabase.set;

import dev.herald.api.ChannelName;
import dev.herald.boardstore.ChannelTables.Outcome;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What became of messages: new texts, deletions, reactions. Any number of nodes may use the same database. Any thread may call,
 * holding no lock: it waits for the database. Each method is one transaction, and throws {@link dev.herald.api.RefusedException}
 * with {@code LOG_UNAVAILABLE} when it fails.
 */
public final class MarkTables {

    /** The most different emojis at one message. */
    public static final int MAX_EMOJIS = 20;

    /** The most reactions to one message. */
    public static final int MAX_REACTIONS = 100;

    private static final String PLACE = " WHERE channel = ? AND life = ? AND number = ?";

    private final BoardDatabase database;
    private final Clock clock;

    /**
     * A message in a channel.
     *
     * @param life empty in a durable channel, whose epoch may change when a backup is restored; else the epoch
     */
    public record Place(ChannelName channel, String life, long offset) {}

    MarkTables(BoardDatabase database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /** Gives a message another text; false when it is deleted. */
    public boolean edit(Place place, String text) {
        return database.ask(connection -> {
            var at = clock.millis();
            var edited = change(
                    connection,
                    "UPDATE board_mark SET text = ?, edited_at = ?" + PLACE + " AND NOT deleted",
                    text,
                    at,
                    place.channel().value(),
                    place.life(),
                    place.offset());
            if (edited > 0) {
                return true;
            }
            var marks = read(connection, place, place.offset() + 1);
            if (marks.getOrDefault(place.offset(), Marks.NONE).deleted()) {
                return false;
            }
            insert(connection, place, text, at, false);
            return true;
        });
    }

    private static void insert(
            Connection connection, Place place, @Nullable String text, @Nullable Long at, boolean deleted)
            throws SQLException {
        try (var insert = connection.prepareStatement("INSERT INTO board_mark"
                + " (channel, life, number, text, edited_at, deleted) VALUES (?, ?, ?, ?, ?, ?)")) {
            insert.setString(1, place.channel().value());
            insert.setString(2, place.life());
            insert.setLong(3, place.offset());
            insert.setString(4, text);
            insert.setObject(5, at, Types.BIGINT);
            insert.setBoolean(6, deleted);
            insert.executeUpdate();
        }
    }

    /** Deletes a message; all that is kept here of it goes, too. */
    public void delete(Place place) {
        database.ask(connection -> {
            Object[] key = {place.channel().value(), place.life(), place.offset()};
            change(connection, "DELETE FROM board_reaction" + PLACE, key);
            if (change(connection, "UPDATE board_mark SET deleted = TRUE, text = NULL" + PLACE, key) == 0) {
                insert(connection, place, null, null, true);
            }
            return true;
        });
    }

    /**
     * Adds a reaction of somebody to a message, or takes it back.
     *
     * @param emoji at most 64 characters
     * @return {@code TOO_MANY} when there are as many as there may be; people at the same moment may exceed it by as many as they are
     */
    public Outcome react(Place place, String personId, String emoji, boolean on) {
        return database.ask(connection -> {
            Object[] key = {place.channel().value(), place.life(), place.offset(), emoji, personId};
            if (!on) {
                var gone =
                        change(connection, "DELETE FROM board_reaction" + PLACE + " AND emoji = ? AND person = ?", key);
                return gone > 0 ? Outcome.DONE : Outcome.WAS_SO;
            }
            var marks = read(connection, place, place.offset() + 1).getOrDefault(place.offset(), Marks.NONE);
            if (marks.hasReaction(emoji, personId)) {
                return Outcome.WAS_SO;
            }
            if (marks.isFullFor(emoji)) {
                return Outcome.TOO_MANY;
            }
            change(
                    connection,
                    "INSERT INTO board_reaction (channel, life, number, emoji, person, written_at)"
                            + " VALUES (?, ?, ?, ?, ?, " + clock.millis() + ")",
                    key);
            return Outcome.DONE;
        });
    }

    /**
     * What became of some messages, by their offsets; those of which nothing became are left out.
     *
     * @param first the first of them
     * @param end the offset after the last of them
     */
    public Map<Long, Marks> read(Place first, long end) {
        return database.ask(connection -> read(connection, first, end));
    }

    private static Map<Long, Marks> read(Connection connection, Place first, long end) throws SQLException {
        var range = " WHERE channel = ? AND life = ? AND number >= ? AND number < ?";
        Object[] values = {first.channel().value(), first.life(), first.offset(), end};
        var marks = new HashMap<Long, Marks>();
        try (var select =
                connection.prepareStatement("SELECT number, text, edited_at, deleted FROM board_mark" + range)) {
            set(select, values);
            try (var rows = select.executeQuery()) {
                while (rows.next()) {
                    var text = rows.getString(2);
                    var at = text == null ? null : Instant.ofEpochMilli(rows.getLong(3));
                    marks.put(rows.getLong(1), new Marks(text, at, rows.getBoolean(4), Map.of()));
                }
            }
        }
        try (var select = connection.prepareStatement("SELECT number, emoji, person FROM board_reaction" + range
                + " ORDER BY number, written_at, emoji, person")) {
            set(select, values);
            try (var rows = select.executeQuery()) {
                while (rows.next()) {
                    var number = rows.getLong(1);
                    marks.put(
                            number, marks.getOrDefault(number, Marks.NONE).with(rows.getString(2), rows.getString(3)));
                }
            }
        }
        return marks;
    }
}
