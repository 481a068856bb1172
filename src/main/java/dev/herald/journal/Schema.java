package dev.herald.journal;

import dev.herald.api.Position;
import dev.herald.hub.LogUnavailableException;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/** The log's tables, brought up to date by the migrations in this package's {@code schema} folder. */
public final class Schema {

    private Schema() {}

    /**
     * Makes the tables, or changes those of an earlier version; does nothing when they are up to date. Several nodes may call it
     * at once: Flyway lets one go first.
     *
     * @param newEpoch random, 1 to 64 characters: no other log may ever have had it; used when the database is new
     * @throws LogUnavailableException when it cannot; the tables are as they were
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
     * Begins a new life of the log after a backup was restored: all channels get another epoch, so that clients which know messages
     * from after the backup are told. Does nothing when that was done for this backup.
     *
     * @param newEpoch random, 1 to 64 characters: no other log may ever have had it
     * @param restored names the backup, 1 to 64 characters
     * @return whether the log has the new epoch now
     * @throws LogUnavailableException when it cannot; the epochs are as they were
     */
    static boolean renew(DataSource database, String newEpoch, String restored) {
        try {
            return Transaction.of(
                    database, connection -> Tables.renew(connection, new Position(newEpoch, 0).epoch(), restored));
        } catch (SQLException e) {
            throw new LogUnavailableException("the restored log does not take another epoch", e);
        }
    }

    /** As {@link #prepare}, but without an epoch for a database that is new. */
    static void migrate(DataSource database) {
        try {
            Flyway.configure(Schema.class.getClassLoader())
                    .dataSource(database)
                    .locations("classpath:dev/herald/journal/schema")
                    .table("herald_schema")
                    // Others may have tables there, too.
                    .baselineOnMigrate(true)
                    .baselineVersion("0")
                    .load()
                    .migrate();
        } catch (FlywayException e) {
            throw new LogUnavailableException("the database's tables cannot be brought up to date", e);
        }
    }
}
