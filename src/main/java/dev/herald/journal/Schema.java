package dev.herald.journal;

import dev.herald.api.Position;
import dev.herald.hub.LogUnavailableException;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfoService;
import org.flywaydb.core.api.MigrationState;
import org.flywaydb.core.api.MigrationVersion;

/** Creates and updates the log's tables, by the migrations in this package's {@code schema} folder. */
public final class Schema {

    /** Since these tables nodes have leases. */
    private static final MigrationVersion WITH_LEASES = MigrationVersion.fromVersion("4");

    private Schema() {}

    /**
     * Creates the tables, or updates those of an earlier version; does nothing when they are up to date. Several nodes may call
     * it at the same time: Flyway lets one go first. Tables are not updated while a node lives that works with those of an earlier version.
     *
     * @param newEpoch random, 1 to 64 characters: no other log may ever have had it; used when the database is new
     * @throws LogUnavailableException when that fails, or such a node lives, or the tables are of a newer Herald; the tables are unchanged
     */
    public static void prepare(DataSource database, String newEpoch) {
        migrate(database);
        try (var connection = database.getConnection()) {
            Tables.begin(connection, new Position(newEpoch, 0).epoch());
        } catch (SQLException e) {
            if (!Failures.isConstraint(e)) { // another node was first
                throw new LogUnavailableException("the database does not take an epoch", e);
            }
        }
    }

    /**
     * Begins a new life of the log after a backup was restored. All channels get a new epoch, so that clients that know
     * messages from after the backup find out. Does nothing when that was already done for this backup.
     *
     * @param newEpoch random, 1 to 64 characters: no other log may ever have had it
     * @param restored names the backup, 1 to 64 characters
     * @return whether the log has the new epoch now; false when nothing was done
     * @throws LogUnavailableException when that fails; the epochs are unchanged
     */
    static boolean renew(DataSource database, String newEpoch, String restored) {
        try {
            return Transaction.of(
                    database, connection -> Tables.renew(connection, new Position(newEpoch, 0).epoch(), restored));
        } catch (SQLException e) {
            throw new LogUnavailableException("the restored log does not take another epoch", e);
        }
    }

    /** As {@link #prepare}, but stores no epoch in a new database. */
    static void migrate(DataSource database) {
        try {
            var flyway = Flyway.configure(Schema.class.getClassLoader())
                    .dataSource(database)
                    .locations("classpath:dev/herald/journal/schema")
                    .table("herald_schema")
                    // The database may also have tables of other applications.
                    .baselineOnMigrate(true)
                    .baselineVersion("0")
                    .load();
            requireVersion(database, flyway.info());
            flyway.migrate();
        } catch (FlywayException | SQLException e) {
            throw new LogUnavailableException("the database's tables cannot be brought up to date", e);
        }
    }

    /** The tables are not changed under nodes that work with them as they are, and not used when a newer Herald has changed them. */
    private static void requireVersion(DataSource database, MigrationInfoService info) throws SQLException {
        var current = info.current();
        if (current == null) {
            return;
        }
        if (current.getState() == MigrationState.FUTURE_SUCCESS) {
            throw new LogUnavailableException("the database has the tables of a newer Herald (version "
                    + current.getVersion() + " of them): start that Herald, or restore a backup from before it");
        }
        if (info.pending().length > 0 && current.getVersion().compareTo(WITH_LEASES) >= 0) {
            requireNoNode(database, current.getVersion());
        }
    }

    private static void requireNoNode(DataSource database, MigrationVersion current) throws SQLException {
        try (var connection = database.getConnection();
                var select = connection.prepareStatement(
                        "SELECT id, url, version FROM node_lease WHERE ends_at > CURRENT_TIMESTAMP ORDER BY id LIMIT 1");
                var rows = select.executeQuery()) {
            if (rows.next()) {
                throw new LogUnavailableException(
                        "this node waits, as it would change the database's tables, and the node "
                                + rows.getString(1) + " at " + rows.getString(2) + " of version " + rows.getString(3)
                                + " works with them as they are (version " + current
                                + " of them): stop all nodes of that version");
            }
        }
    }
}
