package dev.herald.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.herald.random.RandomIds;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * What only the nodes with one database know; the first of them makes it. Any thread may ask what is known; loading waits for the
 * database, so its caller holds no lock.
 */
final class SharedSecret {

    private static final int BYTES = 32;

    private final DataSource database;
    private volatile Optional<byte[]> secret = Optional.empty();

    SharedSecret(DataSource database) {
        this.database = database;
    }

    /** The secret, once it is loaded. */
    Optional<byte[]> known() {
        return secret.map(byte[]::clone);
    }

    /** Reads the secret, or makes it, unless it is known already. */
    void load() throws SQLException {
        if (secret.isPresent()) {
            return;
        }
        try (var connection = database.getConnection()) {
            // Of several nodes at once, one makes it.
            try (var insert = connection.prepareStatement(
                    "INSERT INTO cluster_secret (id, secret) VALUES (1, ?) ON CONFLICT (id) DO NOTHING")) {
                insert.setString(1, RandomIds.ofBytes(BYTES));
                insert.executeUpdate();
            }
            secret = Optional.of(read(connection).getBytes(UTF_8));
        }
    }

    private static String read(Connection connection) throws SQLException {
        try (var select = connection.prepareStatement("SELECT secret FROM cluster_secret WHERE id = 1");
                var rows = select.executeQuery()) {
            if (!rows.next()) {
                throw new SQLException("the nodes' secret is gone");
            }
            return rows.getString(1);
        }
    }
}
