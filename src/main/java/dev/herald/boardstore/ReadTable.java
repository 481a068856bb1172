package dev.herald.boardstore;

import static dev.herald.boardstore.BoardDatabase.change;
import static dev.herald.boardstore.BoardDatabase.set;

import dev.herald.api.Position;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;

/**
 * Up to where people have read. Any number of nodes may use the same database. Any thread may call, holding no lock: it waits for
 * the database. Each method is one transaction, and throws {@link dev.herald.api.RefusedException} with {@code LOG_UNAVAILABLE}
 * when it fails.
 */
public final class ReadTable {

    /** The most conversations of one person; those that were not read for the longest time are left out. */
    static final int MAX = 1_000;

    private final BoardDatabase database;
    private final Clock clock;

    ReadTable(BoardDatabase database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /** All that somebody has read. */
    public Map<Conversation, Position> all(String personId) {
        return database.ask(connection -> {
            try (var select = connection.prepareStatement("SELECT conversation, epoch, number FROM board_read"
                    + " WHERE person = ? ORDER BY written_at DESC LIMIT " + MAX)) {
                set(select, personId);
                try (var rows = select.executeQuery()) {
                    var places = new HashMap<Conversation, Position>();
                    while (rows.next()) {
                        places.put(
                                new Conversation(rows.getString(1)), new Position(rows.getString(2), rows.getLong(3)));
                    }
                    return places;
                }
            }
        });
    }

    /**
     * Somebody has read up to here. Within an epoch nobody goes back.
     *
     * @return up to where the person has read now
     */
    public Position move(String personId, Conversation conversation, Position upTo) {
        return database.ask(connection -> {
            var moved = change(
                    connection,
                    "UPDATE board_read SET epoch = ?, number = ?, written_at = ?"
                            + " WHERE person = ? AND conversation = ? AND (epoch <> ? OR number < ?)",
                    upTo.epoch(),
                    upTo.offset(),
                    clock.millis(),
                    personId,
                    conversation.key(),
                    upTo.epoch(),
                    upTo.offset());
            return moved > 0 ? upTo : placeOrInsert(connection, personId, conversation, upTo);
        });
    }

    private Position placeOrInsert(Connection connection, String personId, Conversation conversation, Position upTo)
            throws SQLException {
        try (var select = connection.prepareStatement(
                "SELECT epoch, number FROM board_read WHERE person = ? AND conversation = ?")) {
            set(select, personId, conversation.key());
            try (var rows = select.executeQuery()) {
                if (rows.next()) {
                    return new Position(rows.getString(1), rows.getLong(2));
                }
            }
        }
        change(
                connection,
                "INSERT INTO board_read (person, conversation, epoch, number, written_at) VALUES (?, ?, ?, ?, ?)",
                personId,
                conversation.key(),
                upTo.epoch(),
                upTo.offset(),
                clock.millis());
        return upTo;
    }
}
