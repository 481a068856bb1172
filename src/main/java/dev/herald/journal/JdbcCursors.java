package dev.herald.journal;

import dev.herald.api.ChannelName;
import dev.herald.hub.Cursors;
import dev.herald.hub.LogUnavailableException;
import dev.herald.hub.NamePattern;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/**
 * Where durable observers are, in the log's database. Any number of nodes may use the same one: whoever moves an observer says where
 * it was, so of two that move it only one does. Any thread may call, holding no lock.
 */
public final class JdbcCursors implements Cursors {

    private static final String PLACES = " FROM channel c LEFT JOIN durable_observer_place p"
            + " ON p.channel = c.name AND p.observer = ? WHERE c.name ";

    private final DataSource database;

    /** In a database whose {@linkplain Schema tables} are there when it is first used. */
    public JdbcCursors(DataSources database) {
        this.database = database.reading();
    }

    @Override
    public void begin(String observer, NamePattern channels, boolean fromBeginning) {
        in(connection -> {
            if (isNew(connection, observer) && !fromBeginning) {
                try (var insert =
                        connection.prepareStatement("INSERT INTO durable_observer_place (observer, channel, seen)"
                                + " SELECT CAST(? AS VARCHAR), name, head FROM channel WHERE name " + fits(channels))) {
                    insert.setString(1, observer);
                    insert.setString(2, operand(channels));
                    insert.executeUpdate();
                }
            }
            return true;
        });
    }

    private static boolean isNew(Connection connection, String observer) throws SQLException {
        try (var insert = connection.prepareStatement("INSERT INTO durable_observer (name)"
                + " SELECT CAST(? AS VARCHAR) WHERE NOT EXISTS (SELECT 1 FROM durable_observer WHERE name = ?)")) {
            insert.setString(1, observer);
            insert.setString(2, observer);
            return insert.executeUpdate() > 0;
        }
    }

    @Override
    public List<Unseen> unseen(String observer, NamePattern channels, String after, int limit) {
        return in(connection -> {
            try (var select = connection.prepareStatement("SELECT c.name, c.epoch, COALESCE(p.seen, 0), p.seen IS NULL,"
                    + " c.first_kept" + PLACES + fits(channels) + " AND c.name > ? AND c.head > COALESCE(p.seen, 0)"
                    + " ORDER BY c.name FETCH FIRST " + limit + " ROWS ONLY")) {
                select.setString(1, observer);
                select.setString(2, operand(channels));
                select.setString(3, after);
                try (var rows = select.executeQuery()) {
                    var unseen = new ArrayList<Unseen>();
                    while (rows.next()) {
                        unseen.add(new Unseen(
                                new ChannelName(rows.getString(1)),
                                rows.getString(2),
                                rows.getLong(3),
                                rows.getBoolean(4),
                                rows.getLong(5)));
                    }
                    return unseen;
                }
            }
        });
    }

    @Override
    public boolean move(String observer, ChannelName channel, long from, long to) {
        return in(connection -> update(connection, observer, channel, from, to)
                || (from == 0 && insert(connection, observer, channel, to)));
    }

    private static boolean update(Connection connection, String observer, ChannelName channel, long from, long to)
            throws SQLException {
        try (var update = connection.prepareStatement(
                "UPDATE durable_observer_place SET seen = ? WHERE observer = ? AND channel = ? AND seen = ?")) {
            update.setLong(1, to);
            update.setString(2, observer);
            update.setString(3, channel.value());
            update.setLong(4, from);
            return update.executeUpdate() > 0;
        }
    }

    private static boolean insert(Connection connection, String observer, ChannelName channel, long to)
            throws SQLException {
        try (var insert = connection.prepareStatement("INSERT INTO durable_observer_place (observer, channel, seen)"
                + " SELECT CAST(? AS VARCHAR), CAST(? AS VARCHAR), CAST(? AS BIGINT) WHERE NOT EXISTS"
                + " (SELECT 1 FROM durable_observer_place WHERE observer = ? AND channel = ?)")) {
            insert.setString(1, observer);
            insert.setString(2, channel.value());
            insert.setLong(3, to);
            insert.setString(4, observer);
            insert.setString(5, channel.value());
            return insert.executeUpdate() > 0;
        }
    }

    @Override
    public long behind(String observer, NamePattern channels) {
        return in(connection -> {
            try (var select = connection.prepareStatement("SELECT COALESCE(SUM(c.head -"
                    + " GREATEST(COALESCE(p.seen, 0), c.first_kept - 1)), 0)" + PLACES + fits(channels))) {
                select.setString(1, observer);
                select.setString(2, operand(channels));
                try (var rows = select.executeQuery()) {
                    rows.next();
                    return rows.getLong(1);
                }
            }
        });
    }

    /** What a channel's name is compared by: one name is found by the key, a pattern in all names. */
    private static String fits(NamePattern channels) {
        return channels.isOpen() ? "LIKE ? ESCAPE '!'" : "= ?";
    }

    private static String operand(NamePattern channels) {
        // Of LIKE's signs only the underscore may be in a channel's name.
        return channels.isOpen() ? channels.text().replace("_", "!_").replace(NamePattern.STAR, '%') : channels.text();
    }

    private <T> T in(Transaction.Work<T> work) {
        try {
            return Transaction.of(database, connection -> {
                try {
                    return work.in(connection);
                } catch (SQLException e) {
                    Tables.afterFailure(connection, e);
                    throw e;
                }
            });
        } catch (SQLException e) {
            throw new LogUnavailableException(
                    "the places of durable observers are not there, as the database does not answer", e);
        }
    }
}
