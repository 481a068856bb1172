package dev.herald;

import static dev.herald.WayDown.Step.RECORDS;

import dev.herald.cluster.Cluster;
import dev.herald.journal.Housekeeping;
import dev.herald.journal.JdbcLog;
import dev.herald.journal.LogDatabase;
import dev.herald.journal.Retention;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;

/** Puts together what is done once for all nodes with one database. */
@ApplicationScoped
public class HousekeepingProducer {

    @Resource
    ManagedScheduledExecutorService timer;

    @Resource
    ManagedExecutorService executor;

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
}
