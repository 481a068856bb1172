package dev.herald.boardstore;

import static dev.herald.boardstore.BoardDatabase.change;
import static dev.herald.boardstore.BoardDatabase.padded;
import static dev.herald.boardstore.BoardDatabase.places;
import static dev.herald.boardstore.BoardDatabase.set;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.herald.api.ChannelName;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which browsers are told what their people have missed, and the keys with which that is signed. Any number of nodes may use the same
 * database. Any thread may call, holding no lock: it waits for the database. Each method is one transaction, and throws {@link dev.herald.api.RefusedException} with {@code LOG_UNAVAILABLE} when it fails.
 */
public final class PushTables {

    /** The most names that are looked for at once. */
    public static final int MAX_NAMES = 256;

    /** The most devices of one person; a further one takes the place of the one that was not used for the longest time. */
    static final int MAX_DEVICES = 10;

    /** The most devices of all. */
    static final int MAX_ALL = 100_000;

    /**
     * For how long a device is told something after its person was there with it: a login that nobody uses is no reason to send private
     * messages to a browser that may be another's by now.
     */
    static final Duration LIFETIME = Duration.ofDays(30);

    /** A device whose service took nothing for so long is forgotten. */
    static final Duration PATIENCE = Duration.ofDays(3);

    private final BoardDatabase database;
    private final Clock clock;

    /**
     * A browser.
     *
     * @param endpoint where its push service takes messages
     * @param key its public key
     * @param secret what else it needs to read them
     * @param language in which its person reads
     */
    public record Device(String endpoint, String key, String secret, String language) {}

    /** A key pair, as it is written. */
    public record Keys(String publicKey, String privateKey) {}

    PushTables(BoardDatabase database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /**
     * The one key pair of all nodes.
     *
     * @param ifNone is kept if there is none yet
     */
    public Keys keys(Keys ifNone) {
        // When another node is faster, the transaction is tried again, and finds that node's.
        return database.ask(connection -> {
            try (var select = connection.prepareStatement("SELECT public_key, private_key FROM push_key WHERE id = 1");
                    var rows = select.executeQuery()) {
                if (rows.next()) {
                    return new Keys(rows.getString(1), rows.getString(2));
                }
            }
            change(
                    connection,
                    "INSERT INTO push_key (id, public_key, private_key) VALUES (1, ?, ?)",
                    ifNone.publicKey(),
                    ifNone.privateKey());
            return ifNone;
        });
    }

    /**
     * Keeps a device, or keeps it anew, also when it was another person's before.
     *
     * @param name the person's, as mentions are compared with it
     * @return false when there are too many of all people
     */
    public boolean keep(Device device, String personId, String name) {
        var id = idOf(device.endpoint());
        return database.ask(connection -> {
            var isNew = change(connection, "DELETE FROM board_push WHERE id = ?", id) == 0;
            if (isNew && count(connection) >= MAX_ALL) {
                return false;
            }
            makeRoom(connection, personId);
            change(
                    connection,
                    "INSERT INTO board_push (id, endpoint, p256dh, auth, language, person, name, written_at)"
                            + " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    id,
                    device.endpoint(),
                    device.key(),
                    device.secret(),
                    device.language(),
                    personId,
                    name,
                    clock.millis());
            return true;
        });
    }

    private static int count(Connection connection) throws SQLException {
        try (var select = connection.prepareStatement("SELECT COUNT(*) FROM board_push");
                var rows = select.executeQuery()) {
            rows.next();
            return rows.getInt(1);
        }
    }

    private static void makeRoom(Connection connection, String personId) throws SQLException {
        change(
                connection,
                "DELETE FROM board_push WHERE person = ? AND id NOT IN (SELECT id FROM board_push WHERE person = ?"
                        + " ORDER BY written_at DESC, id LIMIT " + (MAX_DEVICES - 1) + ")",
                personId,
                personId);
    }

    /** Forgets a device; false if it was not there. Who knows its endpoint may do that. */
    public boolean forget(String endpoint) {
        return database.ask(
                connection -> change(connection, "DELETE FROM board_push WHERE id = ?", idOf(endpoint)) > 0);
    }

    /** Forgets all devices of somebody. */
    public void forgetAll(String personId) {
        database.ask(connection -> change(connection, "DELETE FROM board_push WHERE person = ?", personId));
    }

    /** Whether there is any device. */
    public boolean isAny() {
        return database.ask(connection -> {
            try (var select = connection.prepareStatement("SELECT 1 FROM board_push LIMIT 1");
                    var rows = select.executeQuery()) {
                return rows.next();
            }
        });
    }

    /** The devices of somebody who was there with them lately. */
    public List<Device> of(String personId) {
        return database.ask(connection -> {
            try (var select = connection.prepareStatement(
                    "SELECT endpoint, p256dh, auth, language FROM board_push WHERE person = ? AND written_at >= ?"
                            + " ORDER BY id")) {
                set(select, personId, oldest());
                try (var rows = select.executeQuery()) {
                    var devices = new ArrayList<Device>();
                    while (rows.next()) {
                        devices.add(
                                new Device(rows.getString(1), rows.getString(2), rows.getString(3), rows.getString(4)));
                    }
                    return devices;
                }
            }
        });
    }

    /**
     * The ids of the people who have such a device and one of these names.
     *
     * @param names at most {@value #MAX_NAMES}
     * @param channel in which they must be; {@code null} for all people
     */
    public List<String> named(Collection<String> names, @Nullable ChannelName channel, int most) {
        if (names.isEmpty()) {
            return List.of();
        }
        var wanted = new ArrayList<Object>(padded(List.copyOf(names)));
        var sql = "SELECT DISTINCT p.person FROM board_push p WHERE p.name IN " + places(wanted)
                + " AND p.written_at >= ?";
        wanted.add(oldest());
        if (channel != null) {
            sql += " AND EXISTS (SELECT 1 FROM board_member m WHERE m.person = p.person AND m.channel = ?)";
            wanted.add(channel.value());
        }
        var select = sql + " ORDER BY p.person LIMIT " + most;
        return database.ask(connection -> ids(connection, select, wanted));
    }

    /** When the person must have been there with a device. */
    private long oldest() {
        return clock.millis() - LIFETIME.toMillis();
    }

    private static List<String> ids(Connection connection, String sql, List<Object> values) throws SQLException {
        try (var select = connection.prepareStatement(sql)) {
            set(select, values.toArray());
            try (var rows = select.executeQuery()) {
                var ids = new ArrayList<String>();
                while (rows.next()) {
                    ids.add(rows.getString(1));
                }
                return ids;
            }
        }
    }

    /** A device's service has taken a message. */
    public void works(String endpoint) {
        database.ask(connection -> change(
                connection,
                "UPDATE board_push SET failing_since = NULL WHERE id = ? AND failing_since IS NOT NULL",
                idOf(endpoint)));
    }

    /** A device's service has not taken a message; if it has not for days, the device is forgotten. */
    public void fails(String endpoint) {
        var id = idOf(endpoint);
        var now = clock.millis();
        database.ask(connection -> {
            change(
                    connection,
                    "UPDATE board_push SET failing_since = ? WHERE id = ? AND failing_since IS NULL",
                    now,
                    id);
            return change(
                    connection,
                    "DELETE FROM board_push WHERE id = ? AND failing_since < ?",
                    id,
                    now - PATIENCE.toMillis());
        });
    }

    private static String idOf(String endpoint) {
        try {
            var hash = MessageDigest.getInstance("SHA-256").digest(endpoint.getBytes(UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
