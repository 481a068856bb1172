package dev.herald;

import static java.lang.System.Logger.Level.INFO;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.herald.api.ChannelKind;
import dev.herald.cluster.Buses;
import dev.herald.cluster.Cluster;
import dev.herald.cluster.ClusterName;
import dev.herald.cluster.ClusterSettings;
import dev.herald.cluster.DatabaseCluster;
import dev.herald.cluster.Nodes;
import dev.herald.cluster.SharedSecret;
import dev.herald.concurrent.RetryingExecutor;
import dev.herald.hub.Bus;
import dev.herald.hub.ChannelKinds;
import dev.herald.journal.LogDatabase;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.function.Supplier;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;

/** Makes this node one of several, if the settings want so. */
@ApplicationScoped
public class ClusterProducer {

    private static final System.Logger LOG = System.getLogger(ClusterProducer.class.getName());

    /** Which most servers listen on if nobody says otherwise. */
    private static final int USUAL_PORT = 8080;

    @Resource
    ManagedScheduledExecutorService timer;

    @Resource
    ManagedExecutorService executor;

    @Produces
    @Singleton
    Cluster cluster(Settings settings, Deployment deployment, LogDatabase database, ChannelKinds kinds) {
        var secret = new SharedSecret(database.sources().writing());
        return settings.cluster()
                .<Cluster>map(cluster -> new DatabaseCluster(
                        Nodes.sharing(database.sources().writing(), self(cluster, deployment), executor, timer),
                        bus(cluster, settings.databaseAddress(), secret),
                        secret,
                        channel -> kinds.of(channel) == ChannelKind.DURABLE,
                        database.sources().writing(),
                        timer,
                        new RetryingExecutor(executor, timer)))
                .orElseGet(Cluster::alone);
    }

    static void close(@Disposes Cluster cluster) {
        WayDown.close(cluster);
    }

    private Bus bus(ClusterSettings cluster, Settings.DatabaseAddress database, SharedSecret secret) {
        Supplier<Optional<ClusterName>> name = () -> cluster.name().or(secret::clusterName);
        if (cluster.redis().isPresent()) {
            return Buses.redis(cluster.redis().get(), name, executor, timer);
        }
        var url = cluster.busUrl()
                .or(database::url)
                .orElseThrow(() ->
                        new IllegalArgumentException("herald.cluster=on needs herald.cluster.bus.url, a JDBC address of"
                                + " the PostgreSQL that the nodes share, or herald.cluster.redis"));
        return Buses.postgres(url, database.user(), database.password(), name, executor, timer);
    }

    private Nodes.Self self(ClusterSettings cluster, Deployment deployment) {
        var url = cluster.url().map(Object::toString).orElseGet(() -> usualUrl(deployment));
        return new Nodes.Self(url.replaceFirst("/$", ""), version());
    }

    /** The build writes it into a file. */
    private static String version() {
        try (var file = ClusterProducer.class.getResourceAsStream("version.txt")) {
            return file == null ? "unknown" : new String(file.readAllBytes(), UTF_8).strip();
        } catch (IOException e) {
            throw new UncheckedIOException("the file with Herald's version cannot be read", e);
        }
    }

    /** The address from which the database sees this node come, with the port that the server tells. */
    private String usualUrl(Deployment deployment) {
        Config config = ConfigProvider.getConfig();
        var port = config.getOptionalValue("payara.instance.http.port", Integer.class);
        var url = "http://*:" + port.orElse(USUAL_PORT) + deployment.path();
        if (port.isEmpty()) {
            LOG.log(
                    INFO,
                    "this server does not tell its port; other nodes, if there are any, reach it at " + url
                            + " (* is its address). If that is wrong, set herald.cluster.url");
        }
        return url;
    }
}
