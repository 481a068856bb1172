package dev.herald;

import static dev.herald.WayDown.Step.CLIENTS;
import static dev.herald.WayDown.Step.OPERATORS;

import dev.herald.cluster.Cluster;
import dev.herald.engine.EngineServer;
import dev.herald.engine.EngineSettings;
import dev.herald.forward.Forwarder;
import dev.herald.forward.NodeDirectory;
import dev.herald.forward.SessionIds;
import dev.herald.operate.ForwardingStatus;
import dev.herald.web.SocketIoPath;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Puts together what hands requests on to other nodes, once for each deployment. */
@ApplicationScoped
public class ForwardingProducer {

    @Resource
    ManagedScheduledExecutorService timer;

    @Resource
    ManagedExecutorService executor;

    @Produces
    @Singleton
    NodeDirectory nodes(Cluster cluster) {
        return new ClusterDirectory(cluster);
    }

    @Produces
    @Singleton
    SessionIds sessionIds(NodeDirectory nodes) {
        return new SessionIds(nodes);
    }

    @Produces
    @Singleton
    Forwarder forwarder(
            NodeDirectory nodes,
            SocketIoPath path,
            EngineSettings settings,
            EngineServer engine,
            Deployment deployment,
            WayDown wayDown) {
        var forwarder =
                wayDown.add(CLIENTS, new Forwarder(nodes, path.path(), settings, engine.slowBodies(), timer, executor));
        wayDown.add(OPERATORS, new ForwardingStatus(deployment.path(), forwarder))
                .open();
        return forwarder;
    }

    static void close(@Disposes Forwarder forwarder) {
        WayDown.close(forwarder);
    }
}
