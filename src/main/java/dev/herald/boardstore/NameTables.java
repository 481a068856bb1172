package dev.herald.boardstore;

import static dev.herald.boardstore.BoardDatabase.change;
import static dev.herald.boardstore.BoardDatabase.set;

import dev.herald.api.Person;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Whose a name is, and who is connected but does not look. Any number of nodes may use the same database. Any thread may call,
 * holding no lock: it waits for the database. Each method is one transaction, and throws {@link
 * dev.herald.api.RefusedException} with {@code LOG_UNAVAILABLE} when it fails.
 */
public final class NameTables {

    /** The most people who are told to be away. */
    static final int MAX_AWAY = 1_000;

    /** How long a name stays a guest's who is not there: the guest may be on the way back with it. */
    static final Duration RESERVED = Duration.ofMinutes(2);

    private final BoardDatabase database;
    private final Clock clock;

    private record Holder(String person, String name, boolean signedIn, long writtenAt) {}

    NameTables(BoardDatabase database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /**
     * Gives a guest a name, and frees the guest's last one. A name of the same skeleton may be another person's: a signed-in user's, for
     * ever, or a guest's who is there, or was so until a moment ago.
     *
     * @param skeleton what all names have in common that look the same
     * @param isThere whether the person with an id is connected; called while the database works, so it must not wait
     * @return false when the name is another person's
     */
    public boolean claim(Person guest, String skeleton, Predicate<String> isThere) {
        return database.ask(connection -> {
            var holder = holder(connection, skeleton);
            if (holder != null && !holder.person().equals(guest.id()) && !isFree(holder, isThere)) {
                return false;
            }
            write(connection, guest, skeleton, false, holder);
            change(connection, "DELETE FROM board_name WHERE person = ? AND skeleton <> ?", guest.id(), skeleton);
            return true;
        });
    }

    /** Keeps the name of a signed-in user for that user alone; false when it is another user's already. */
    public boolean reserve(Person user, String skeleton) {
        return database.ask(connection -> {
            var holder = holder(connection, skeleton);
            if (holder != null && holder.signedIn()) {
                return holder.person().equals(user.id());
            }
            write(connection, user, skeleton, true, holder);
            return true;
        });
    }

    private boolean isFree(Holder holder, Predicate<String> isThere) {
        return !holder.signedIn()
                && clock.millis() - holder.writtenAt() > RESERVED.toMillis()
                && !isThere.test(holder.person());
    }

    private static @Nullable Holder holder(Connection connection, String skeleton) throws SQLException {
        try (var select = connection.prepareStatement(
                "SELECT person, name, signed_in, written_at FROM board_name WHERE skeleton = ? FOR UPDATE")) {
            set(select, skeleton);
            try (var rows = select.executeQuery()) {
                return rows.next()
                        ? new Holder(rows.getString(1), rows.getString(2), rows.getBoolean(3), rows.getLong(4))
                        : null;
            }
        }
    }

    private void write(Connection connection, Person person, String skeleton, boolean signedIn, @Nullable Holder holder)
            throws SQLException {
        var sql = holder == null
                ? "INSERT INTO board_name (person, name, signed_in, written_at, skeleton) VALUES (?, ?, ?, ?, ?)"
                : "UPDATE board_name SET person = ?, name = ?, signed_in = ?, written_at = ? WHERE skeleton = ?";
        change(connection, sql, person.id(), person.name(), signedIn, clock.millis(), skeleton);
    }

    /** Notes whether somebody is away; false when that was known. */
    public boolean away(String personId, boolean away) {
        return database.ask(connection -> {
            if (!away) {
                return change(connection, "DELETE FROM board_away WHERE person = ?", personId) > 0;
            }
            var known = change(
                    connection, "UPDATE board_away SET written_at = ? WHERE person = ?", clock.millis(), personId);
            if (known == 0) {
                change(
                        connection,
                        "INSERT INTO board_away (person, written_at) VALUES (?, ?)",
                        personId,
                        clock.millis());
            }
            return known == 0;
        });
    }

    /** Whether this person is away. */
    public boolean isAway(String personId) {
        return database.ask(connection -> {
            try (var select = connection.prepareStatement("SELECT 1 FROM board_away WHERE person = ?")) {
                set(select, personId);
                try (var rows = select.executeQuery()) {
                    return rows.next();
                }
            }
        });
    }

    /** Who is away: the ids of those who went last. */
    public Set<String> away() {
        return database.ask(connection -> {
            try (var select = connection.prepareStatement(
                            "SELECT person FROM board_away ORDER BY written_at DESC LIMIT " + MAX_AWAY);
                    var rows = select.executeQuery()) {
                var away = new HashSet<String>();
                while (rows.next()) {
                    away.add(rows.getString(1));
                }
                return away;
            }
        });
    }
}
