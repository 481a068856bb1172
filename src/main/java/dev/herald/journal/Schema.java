package dev.herald.journal;

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
     * @throws JournalException when it cannot; the tables are as they were
     */
    public static void migrate(DataSource database) {
        try {
            Flyway.configure(Schema.class.getClassLoader())
                    .dataSource(database)
                    .locations("classpath:dev/herald/journal/schema")
                    .table("herald_schema")
                    .load()
                    .migrate();
        } catch (FlywayException e) {
            throw new JournalException("the database's tables cannot be brought up to date", e);
        }
    }
}
