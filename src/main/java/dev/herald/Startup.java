package dev.herald;

import dev.herald.journal.Journal;
import dev.herald.journal.Retention;
import jakarta.annotation.sql.DataSourceDefinition;
import jakarta.inject.Inject;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;

/** Opens the log when the application is deployed, so that what is wrong with its database is said then, and not to the first client. */
@DataSourceDefinition(
        name = "java:app/jdbc/herald",
        className = "dev.herald.journal.HeraldDataSource",
        minPoolSize = 0,
        initialPoolSize = 0,
        properties = "description=herald")
public class Startup implements ServletContextListener {

    @Inject
    Journal journal;

    @Inject
    Retention retention;

    @Override
    public void contextInitialized(ServletContextEvent event) {
        journal.open();
        retention.open();
    }
}
