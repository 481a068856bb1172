package dev.herald;

import static dev.herald.WayDown.Step.CLIENTS;

import dev.herald.cluster.Cluster;
import dev.herald.engine.EngineServer;
import dev.herald.hub.Hub;
import dev.herald.journal.JdbcLog;
import dev.herald.journal.LogDatabase;
import dev.herald.operate.Figures;
import dev.herald.operate.Watchers;
import dev.herald.outbox.OutboundBudget;
import dev.herald.request.Requests;
import dev.herald.socketio.SocketIoServer;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;

/** Puts together what operators see by HTTP, once for each deployment. */
@ApplicationScoped
public class FiguresProducer {

    @Resource
    ManagedScheduledExecutorService timer;

    @Resource
    ManagedExecutorService executor;

    @Produces
    @Singleton
    Figures figures(
            Hub hub,
            Requests requests,
            SocketIoServer socketIo,
            EngineServer engine,
            OutboundBudget budget,
            LogDatabase database,
            JdbcLog log,
            Cluster cluster) {
        return new Figures(hub, requests, socketIo, engine, budget, database, log, cluster);
    }

    @Produces
    @Singleton
    Watchers watchers(Figures figures, WayDown wayDown) {
        return wayDown.add(CLIENTS, Watchers.of(figures, Clock.systemUTC(), timer, executor));
    }

    static void close(@Disposes Watchers watchers) {
        WayDown.close(watchers);
    }
}
