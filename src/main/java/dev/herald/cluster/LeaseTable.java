package dev.herald.cluster;

import dev.herald.cluster.Nodes.Node;
import dev.herald.cluster.Nodes.Self;
import java.net.URI;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** The nodes' leases in PostgreSQL, by its clock. One thread of a node calls, with no lock held: each call waits for the database. */
class LeaseTable {

    /** How long a lease lasts. */
    static final Duration LEASE = Duration.ofSeconds(10);

    /** What all nodes must agree on: which tables there are, and what they say to each other. */
    static final int PROTOCOL = 1;

    /** How long a dead node can be told from one that has left. */
    private static final Duration GRAVE = Duration.ofMinutes(1);

    /** So many joins at one time, of all nodes: one. Any number that nobody else locks. */
    private static final long TURN = 0x6865_7261_6c64_0001L;

    private final DataSource database;
    private final Self self;
    private final int protocol;

    /**
     * A row of another node.
     *
     * @param isElder whether it was there before this one
     */
    record Lease(Node node, boolean isAlive, boolean isElder) {}

    /** What a renewal says: whether this node's lease was still there, and all rows of other nodes. */
    record Renewal(boolean succeeded, List<Lease> others) {}

    LeaseTable(DataSource database, Self self) {
        this(database, self, PROTOCOL);
    }

    LeaseTable(DataSource database, Self self, int protocol) {
        this.database = database;
        this.self = self;
        this.protocol = protocol;
    }

    /**
     * Gives a new life its lease, unless a node that speaks another protocol lives.
     *
     * @param last this node's life before, which is over
     * @return the one in the way
     */
    Optional<Node> join(String me, @Nullable String last) throws SQLException {
        try (var connection = database.getConnection()) {
            connection.setAutoCommit(false);
            try {
                var inTheWay = join(connection, me, last);
                connection.commit();
                return inTheWay;
            } catch (SQLException | RuntimeException e) {
                connection.rollback();
                throw e;
            } finally {
                connection.setAutoCommit(true);
            }
        }
    }

    private Optional<Node> join(Connection connection, String me, @Nullable String last) throws SQLException {
        try (var turn = connection.prepareStatement("SELECT pg_advisory_xact_lock(?)")) {
            turn.setLong(1, TURN);
            turn.execute();
        }
        // A transaction's now() is from before its turn.
        try (var others = connection.prepareStatement("SELECT id, url, version FROM node_lease"
                + " WHERE ends_at > clock_timestamp() AND protocol <> ? ORDER BY id LIMIT 1")) {
            others.setInt(1, protocol);
            var rows = others.executeQuery();
            if (rows.next()) {
                return Optional.of(new Node(rows.getString(1), URI.create(rows.getString(2)), rows.getString(3)));
            }
        }
        if (last != null) {
            try (var ending = connection.prepareStatement(
                    "UPDATE node_lease SET ends_at = clock_timestamp() WHERE id = ? AND ends_at > clock_timestamp()")) {
                ending.setString(1, last);
                ending.execute();
            }
        }
        insert(connection, me);
        return Optional.empty();
    }

    private void insert(Connection connection, String me) throws SQLException {
        try (var row = connection.prepareStatement("""
                INSERT INTO node_lease (id, url, ends_at, protocol, version, started_at)
                SELECT ?, replace(?, '*', CASE family(peer) WHEN 4 THEN host(peer) WHEN 6 THEN '[' || host(peer) || ']' ELSE '127.0.0.1' END),
                    clock_timestamp() + ? * interval '1 millisecond', ?, ?, clock_timestamp()
                FROM (SELECT inet_client_addr() AS peer) AS seen
                ON CONFLICT (id) DO UPDATE SET ends_at = excluded.ends_at""")) {
            row.setString(1, me);
            row.setString(2, self.url());
            row.setLong(3, LEASE.toMillis());
            row.setInt(4, protocol);
            row.setString(5, self.version());
            row.execute();
        }
    }

    /** Makes the lease as long as if it began now, if it is not over; says who else is there; forgets who is long dead. One statement. */
    Renewal renew(String me) throws SQLException {
        try (var connection = database.getConnection();
                var statement = connection.prepareStatement("""
                WITH renewed AS (
                    UPDATE node_lease SET ends_at = now() + ? * interval '1 millisecond'
                    WHERE id = ? AND ends_at > now() RETURNING id
                ), forgotten AS (
                    DELETE FROM node_lease WHERE id IN (
                        SELECT id FROM node_lease WHERE id <> ? AND ends_at < now() - ? * interval '1 millisecond'
                        FOR UPDATE SKIP LOCKED)
                )
                SELECT (SELECT count(*) FROM renewed), id, url, version, ends_at > now(),
                    (started_at, id) < (SELECT mine.started_at, mine.id FROM node_lease AS mine WHERE mine.id = ?)
                FROM (SELECT 1) AS always LEFT JOIN node_lease ON id <> ?""")) {
            statement.setLong(1, LEASE.toMillis());
            statement.setString(2, me);
            statement.setString(3, me);
            statement.setLong(4, GRAVE.toMillis());
            statement.setString(5, me);
            statement.setString(6, me);
            var rows = statement.executeQuery();
            var succeeded = false;
            var others = new ArrayList<Lease>();
            while (rows.next()) {
                succeeded = rows.getLong(1) == 1;
                var id = rows.getString(2);
                if (id != null) {
                    var node = new Node(id, URI.create(rows.getString(3)), rows.getString(4));
                    others.add(new Lease(node, rows.getBoolean(5), rows.getBoolean(6)));
                }
            }
            return new Renewal(succeeded, others);
        }
    }

    /** Ends the lease, so that the others see that it was on purpose. */
    void leave(String me) throws SQLException {
        try (var connection = database.getConnection();
                var statement = connection.prepareStatement("DELETE FROM node_lease WHERE id = ?")) {
            statement.setString(1, me);
            statement.execute();
        }
    }
}
