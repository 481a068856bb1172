package dev.herald.journal;

import dev.herald.api.Position;
import dev.herald.hub.LogUnavailableException;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/** Creates and updates the log's tables, by the migrations in this package's {@code schema} folder. */
public final class Schema {

    private Schema() {}

    /**
     * Creates the tables, or updates those of an earlier version; does nothing when they are up to date. Several nodes may call
     * it at the same time: Flyway lets one go first.
     *
     * @param newEpoch random, 1 to 64 characters: no other log may ever have had it; used when the database is new
     * @throws LogUnavailableException when that fails; the tables are unchanged
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
            Flyway.configure(Schema.class.getClassLoader())
                    .dataSource(database)
                    .locations("classpath:dev/herald/journal/schema")
                    .table("herald_schema")
                    // The database may also have tables of other applications.
                    .baselineOnMigrate(true)
                    .baselineVersion("0")
                    .load()
                    .migrate();
        } catch (FlywayException e) {
            throw new LogUnavailableException("the database's tables cannot be brought up to date", e);
        }
    }
}
