package dev.herald.boardstore;

import static dev.herald.boardstore.BoardDatabase.change;

import dev.herald.api.Person;
import dev.herald.journal.Housekeeping;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Who is there according to what the board has announced, for all nodes. Any thread may call, holding no lock: all but {@link #isShared}
 * and {@link #isMine} wait for the database, and throw {@link dev.herald.api.RefusedException} with {@code LOG_UNAVAILABLE} when it
 * fails. Each method is one transaction.
 */
public final class PresentTable {

    private final BoardDatabase database;
    private final Housekeeping housekeeping;

    PresentTable(BoardDatabase database, Housekeeping housekeeping) {
        this.database = database;
        this.housekeeping = housekeeping;
    }

    /** Whether other nodes may be there, so that one announces for all. */
    public boolean isShared() {
        return housekeeping.isShared();
    }

    /** Whether it is this node that announces now. */
    public boolean isMine() {
        return housekeeping.isMine().getAsBoolean();
    }

    /** Everybody who is there, by their ids. */
    public Map<String, Person> all() {
        return database.ask(connection -> {
            try (var select = connection.prepareStatement("SELECT person, name FROM board_present");
                    var rows = select.executeQuery()) {
                var all = new LinkedHashMap<String, Person>();
                while (rows.next()) {
                    all.put(rows.getString(1), new Person(rows.getString(1), rows.getString(2)));
                }
                return all;
            }
        });
    }

    /**
     * Notes what was announced.
     *
     * @param there who came, or has another name
     * @param gone the ids of those who went
     */
    public void write(Collection<Person> there, Collection<String> gone) {
        database.ask(connection -> {
            for (var id : gone) {
                change(connection, "DELETE FROM board_present WHERE person = ?", id);
            }
            for (var person : there) {
                var known = change(
                        connection, "UPDATE board_present SET name = ? WHERE person = ?", person.name(), person.id());
                if (known == 0) {
                    change(
                            connection,
                            "INSERT INTO board_present (name, person) VALUES (?, ?)",
                            person.name(),
                            person.id());
                }
            }
            return true;
        });
    }
}
