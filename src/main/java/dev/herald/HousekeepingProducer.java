package dev.herald;

import static dev.herald.WayDown.Step.OBSERVERS;
import static dev.herald.WayDown.Step.OPERATORS;
import static dev.herald.WayDown.Step.RECORDS;

import dev.herald.boardstore.BoardSweeper;
import dev.herald.cdi.ObserverCatalogue;
import dev.herald.cdi.RequestContext;
import dev.herald.cluster.Cluster;
import dev.herald.hub.DurableObservers;
import dev.herald.hub.Log;
import dev.herald.journal.Housekeeping;
import dev.herald.journal.JdbcCursors;
import dev.herald.journal.JdbcLog;
import dev.herald.journal.LogDatabase;
import dev.herald.journal.Retention;
import dev.herald.operate.DurableObserversStatus;
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

/** Puts together what is done once for all nodes with one database. */
@ApplicationScoped
public class HousekeepingProducer {

    @Resource
    ManagedScheduledExecutorService timer;

    @Resource
    ManagedExecutorService executor;

    @Inject
    Callers callers;

    @Produces
    @Singleton
    Housekeeping housekeeping(Cluster cluster) {
        return new Housekeeping(cluster.bus().isPresent(), cluster.nodes()::isHousekeeper);
    }

    @Produces
    @Singleton
    Retention retention(
            JdbcLog log, LogDatabase database, Retention.Rules rules, Housekeeping housekeeping, WayDown wayDown) {
        return wayDown.add(
                RECORDS,
                new Retention(
                        log, database.sources().reading(), rules, housekeeping, Clock.systemUTC(), timer, executor));
    }

    static void close(@Disposes Retention retention) {
        WayDown.close(retention);
    }

    @Produces
    @Singleton
    BoardSweeper boardSweeper(LogDatabase database, Housekeeping housekeeping, WayDown wayDown) {
        return wayDown.add(
                RECORDS,
                BoardSweeper.in(database.sources().reading(), housekeeping, Clock.systemUTC(), timer, executor));
    }

    static void close(@Disposes BoardSweeper sweeper) {
        WayDown.close(sweeper);
    }

    @Produces
    @Singleton
    DurableObservers durableObservers(
            Log log,
            LogDatabase database,
            ObserverCatalogue catalogue,
            RequestContext context,
            Housekeeping housekeeping,
            Deployment deployment,
            WayDown wayDown) {
        var observers = wayDown.add(
                OBSERVERS,
                new DurableObservers(
                        log,
                        new JdbcCursors(database.sources()),
                        catalogue.durable(context),
                        housekeeping.isMine(),
                        callers.withoutCaller(executor),
                        timer,
                        System::nanoTime));
        wayDown.add(OPERATORS, new DurableObserversStatus(deployment.path(), observers))
                .open();
        return observers;
    }

    static void close(@Disposes DurableObservers observers) {
        WayDown.close(observers);
    }
}
