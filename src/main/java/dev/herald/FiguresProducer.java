package dev.herald;

import dev.herald.cluster.Cluster;
import dev.herald.engine.EngineServer;
import dev.herald.hub.Hub;
import dev.herald.journal.JdbcLog;
import dev.herald.journal.LogDatabase;
import dev.herald.operate.Figures;
import dev.herald.outbox.OutboundBudget;
import dev.herald.request.Requests;
import dev.herald.socketio.SocketIoServer;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Puts together what operators see by HTTP, once for each deployment. */
@ApplicationScoped
public class FiguresProducer {

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
}
