package dev.herald.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.herald.random.RandomIds;
import java.security.GeneralSecurityException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.sql.DataSource;

/**
 * What only the nodes with one database know; the first of them makes it. Any thread may ask what is known, with any lock held; loading
 * waits for the database, so its caller holds no lock.
 */
public final class SharedSecret {

    private static final int BYTES = 32;

    private static final byte[] NAME = "the cluster's name on a bus".getBytes(UTF_8);
    private static final int NAME_BYTES = 9;

    private final DataSource database;
    private volatile Optional<byte[]> secret = Optional.empty();
    private volatile Optional<ClusterName> name = Optional.empty();

    /** Not loaded yet. */
    public SharedSecret(DataSource database) {
        this.database = database;
    }

    /** The secret, once it is loaded. */
    Optional<byte[]> known() {
        return secret.map(byte[]::clone);
    }

    /**
     * A name that all nodes with this database have, and no others. It does not give the secret away. Empty as long as the secret is not
     * loaded.
     */
    public Optional<ClusterName> clusterName() {
        return name;
    }

    private static ClusterName name(byte[] secret) {
        try {
            var hash = Mac.getInstance("HmacSHA256");
            hash.init(new SecretKeySpec(secret, hash.getAlgorithm()));
            var name = Arrays.copyOf(hash.doFinal(NAME), NAME_BYTES);
            return new ClusterName(
                    "herald_" + Base64.getUrlEncoder().withoutPadding().encodeToString(name));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HmacSHA256", e);
        }
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
            var read = read(connection).getBytes(UTF_8);
            name = Optional.of(name(read));
            secret = Optional.of(read);
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
