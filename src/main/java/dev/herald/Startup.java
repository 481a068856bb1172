package dev.herald;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import dev.herald.board.Board;
import dev.herald.boardstore.BoardSweeper;
import dev.herald.cluster.Cluster;
import dev.herald.document.DocumentRules;
import dev.herald.hub.DurableObservers;
import dev.herald.hub.Hub;
import dev.herald.journal.HeraldDataSource;
import dev.herald.journal.LogDatabase;
import dev.herald.journal.Retention;
import dev.herald.operate.ServerAddress;
import dev.herald.transaction.TransactionalPublisher;
import dev.herald.web.Callers;
import dev.herald.web.RoleNames;
import jakarta.annotation.sql.DataSourceDefinition;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import java.util.List;
import org.eclipse.microprofile.config.ConfigProvider;

/**
 * Reads the settings and opens the log when the application is deployed, so that what is wrong with them is said then, and not to the
 * first client.
 */
@DataSourceDefinition(
        name = "java:app/jdbc/herald",
        className = "dev.herald.journal.HeraldDataSource",
        minPoolSize = 0,
        initialPoolSize = 0,
        properties = "description=herald")
public class Startup implements ServletContextListener {

    private static final System.Logger LOG = System.getLogger(Startup.class.getName());

    @Inject
    Settings settings;

    @Inject
    Deployment deployment;

    // Made only when the settings are known to be right.
    @Inject
    Instance<LogDatabase> database;

    @Inject
    Instance<Retention> retention;

    @Inject
    Instance<BoardSweeper> boardSweeper;

    @Inject
    Instance<DurableObservers> durableObservers;

    @Inject
    Instance<Board> board;

    @Inject
    Instance<TransactionalPublisher> publisher;

    @Inject
    Instance<Cluster> cluster;

    @Inject
    Instance<Hub> hub;

    @Inject
    Instance<Callers> callers;

    /** Made early, as there may be too many policies to ask for them. */
    @Inject
    Instance<RoleNames> roles;

    /** Likewise. */
    @Inject
    Instance<DocumentRules> documentRules;

    @Override
    public void contextInitialized(ServletContextEvent event) {
        try {
            settings.requireValid();
            if (settings.origins().isNullListed()) {
                LOG.log(
                        WARNING,
                        "herald.origins lists null: any page can connect, if it shows itself in a sandboxed frame; each is a new guest");
            }
            callers.get().begin();
            deployment.beginAt(event.getServletContext().getContextPath());
            HeraldDataSource.beginAt(event.getServletContext().getContextPath());
            var unused = List.of(roles.get(), documentRules.get());
            database.get().open();
            retention.get().open();
            boardSweeper.get().open();
            publisher.get().open();
            cluster.get().start(hub.get());
            durableObservers.get().open();
            board.get().open();
            LoadedClasses.load(event.getServletContext());
            ServerAddress.of(
                            ConfigProvider.getConfig(),
                            event.getServletContext().getContextPath())
                    .ifPresent(
                            address -> LOG.log(INFO, () -> "Herald is at " + address + " (Ctrl-C stops the server)"));
        } catch (IllegalArgumentException e) {
            // The server's own words for it are many.
            LOG.log(ERROR, "Herald is not deployed, as a setting is wrong: " + e.getMessage());
            throw e;
        }
    }
}
