package dev.herald.transaction;

import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/** Makes the outbox's tables, and brings them up to date, by the migrations in this package's {@code schema} folder. */
final class OutboxSchema {

    private OutboxSchema() {}

    /**
     * Does nothing when they are up to date. Several nodes may call it at the same time.
     *
     * @throws org.flywaydb.core.api.FlywayException when that fails; the tables are unchanged
     */
    static void migrate(DataSource database) {
        Flyway.configure(OutboxSchema.class.getClassLoader())
                .dataSource(database)
                .locations("classpath:dev/herald/transaction/schema")
                .table("herald_outbox_schema")
                // The application's own tables are there already.
                .baselineOnMigrate(true)
                .baselineVersion("0")
                .load()
                .migrate();
    }
}
