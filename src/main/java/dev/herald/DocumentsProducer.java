package dev.herald;

import static dev.herald.WayDown.Step.MESSAGES;

import dev.herald.cdi.ApplicationDocuments;
import dev.herald.concurrent.RetryingExecutor;
import dev.herald.document.Awareness;
import dev.herald.document.DocumentRules;
import dev.herald.document.DocumentSettings;
import dev.herald.document.Documents;
import dev.herald.hub.Hub;
import dev.herald.hub.Log;
import dev.herald.journal.JdbcSnapshots;
import dev.herald.journal.LogDatabase;
import dev.herald.web.Callers;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;

/** Puts together the shared documents. */
@ApplicationScoped
public class DocumentsProducer {

    @Resource
    ManagedScheduledExecutorService timer;

    @Resource
    ManagedExecutorService executor;

    @Inject
    Callers callers;

    /** Asked early by the startup, as there may be too many beans to ask. */
    @Produces
    @Singleton
    DocumentRules documentRules(ApplicationDocuments application) {
        return application.rules();
    }

    /** They go down before the log, which was made before them: it still takes the changes that wait. */
    @Produces
    @Singleton
    Documents documents(
            DocumentSettings settings, Hub hub, Log log, LogDatabase database, DocumentRules rules, WayDown wayDown) {
        return wayDown.add(
                MESSAGES,
                new Documents(
                        hub,
                        log,
                        new JdbcSnapshots(database.sources()),
                        rules,
                        settings,
                        Clock.systemUTC(),
                        callers.withoutCaller(new RetryingExecutor(executor, timer))));
    }

    /** Who does what in them. */
    @Produces
    @Singleton
    Awareness awareness(Hub hub) {
        return new Awareness(hub, timer);
    }

    static void close(@Disposes Documents documents) {
        WayDown.close(documents);
    }
}
