package dev.herald.journal;

import dev.herald.api.ChannelName;
import dev.herald.hub.LogUnavailableException;
import dev.herald.hub.Snapshots;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.OptionalLong;
import javax.sql.DataSource;

/**
 * Snapshots in the log's database. They are of the same backup as the log, so they need not say of which life of it they are. Any thread
 * may call, holding no lock.
 */
public final class JdbcSnapshots implements Snapshots {

    private final DataSource database;

    /** In a database whose {@linkplain Schema tables} are there when it is first used. */
    public JdbcSnapshots(DataSources database) {
        this.database = database.reading();
    }

    @Override
    public Optional<Snapshot> latest(String name) {
        return in(connection -> {
            try (var select = connection.prepareStatement("SELECT version, json FROM document WHERE name = ?")) {
                select.setString(1, name);
                try (var rows = select.executeQuery()) {
                    return rows.next()
                            ? Optional.of(new Snapshot(rows.getLong(1), rows.getString(2)))
                            : Optional.empty();
                }
            }
        });
    }

    @Override
    public void keep(String name, Snapshot snapshot) {
        in(connection -> {
            if (!update(connection, name, snapshot) && version(connection, name).isEmpty()) {
                insert(connection, name, snapshot);
            }
            return true;
        });
    }

    private static boolean update(Connection connection, String name, Snapshot snapshot) throws SQLException {
        try (var update = connection.prepareStatement(
                "UPDATE document SET version = ?, json = ? WHERE name = ? AND version < ?")) {
            update.setLong(1, snapshot.version());
            update.setString(2, snapshot.json());
            update.setString(3, name);
            update.setLong(4, snapshot.version());
            return update.executeUpdate() > 0;
        }
    }

    /** Fails when another node has done so, too; then all is tried again. */
    private static void insert(Connection connection, String name, Snapshot snapshot) throws SQLException {
        try (var insert = connection.prepareStatement("INSERT INTO document (name, version, json) VALUES (?, ?, ?)")) {
            insert.setString(1, name);
            insert.setLong(2, snapshot.version());
            insert.setString(3, snapshot.json());
            insert.executeUpdate();
        }
    }

    private static OptionalLong version(Connection connection, String name) throws SQLException {
        try (var select = connection.prepareStatement("SELECT version FROM document WHERE name = ?")) {
            select.setString(1, name);
            try (var rows = select.executeQuery()) {
                return rows.next() ? OptionalLong.of(rows.getLong(1)) : OptionalLong.empty();
            }
        }
    }

    /** Up to which message a channel may be trimmed: any, unless it is a document's, which needs what its latest snapshot does not have. */
    static long trimmable(Connection connection, ChannelName channel) throws SQLException {
        var document = channel.document();
        return document.isEmpty()
                ? Long.MAX_VALUE
                : version(connection, document.get()).orElse(0);
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
            throw new LogUnavailableException("documents are not there, as the database does not answer", e);
        }
    }
}
