package dev.herald.cluster;

import dev.herald.hub.Bus;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;
import javax.sql.DataSource;

/**
 * The buses there are. The libraries of their servers are optional: a library's classes are looked for only when its bus is made. Any
 * thread may call; nothing is connected before {@link Bus#start}.
 *
 * <p>Each bus borrows two threads that may wait, one of them until the end. Its timer may have a single thread: what it runs does not
 * wait. The {@code cluster} is the same for all nodes that are to hear each other; the bus connects
 * once it is known.
 */
public final class Buses {

    private Buses() {}

    /**
     * {@code LISTEN} and {@code NOTIFY} of a PostgreSQL, by two connections of its own.
     *
     * @param url of JDBC; PostgreSQL itself, or something in between that keeps a session for each connection
     * @param user empty if the URL has it, or none is needed
     * @throws IllegalStateException when PostgreSQL's driver is missing
     */
    public static Bus postgres(
            String url,
            String user,
            String password,
            Supplier<Optional<ClusterName>> cluster,
            Executor executor,
            ScheduledExecutorService timer) {
        try {
            var address = new PostgresAddress(url, user, password);
            return bus(new PostgresCarrier(address.name(), address), cluster, executor, timer);
        } catch (NoClassDefFoundError e) {
            throw missing("org.postgresql:postgresql", e);
        }
    }

    /**
     * The same by two connections of a data source of the server's, which it keeps until the end.
     *
     * @param name of the data source, for people
     * @throws IllegalStateException when PostgreSQL's driver is not visible to the application
     */
    public static Bus postgres(
            DataSource source,
            String name,
            Supplier<Optional<ClusterName>> cluster,
            Executor executor,
            ScheduledExecutorService timer) {
        try {
            return bus(new PostgresCarrier("PostgreSQL by " + name, source::getConnection), cluster, executor, timer);
        } catch (NoClassDefFoundError e) {
            throw missing("org.postgresql:postgresql", e);
        }
    }

    /**
     * {@code PUBLISH} and {@code SUBSCRIBE} of Redis or Valkey.
     *
     * @param address {@code redis://user:password@host:port}, or {@code rediss://} for TLS
     * @throws IllegalArgumentException when it is no such address
     * @throws IllegalStateException when the client library is missing
     */
    public static Bus redis(
            URI address, Supplier<Optional<ClusterName>> cluster, Executor executor, ScheduledExecutorService timer) {
        try {
            return bus(new RedisCarrier(address), cluster, executor, timer);
        } catch (NoClassDefFoundError e) {
            throw missing("redis.clients:jedis", e);
        }
    }

    private static Bus bus(
            Carrier carrier,
            Supplier<Optional<ClusterName>> cluster,
            Executor executor,
            ScheduledExecutorService timer) {
        return new PartitionedBus(new BusLine(carrier, cluster, BusPace.USUAL, executor, timer));
    }

    private static IllegalStateException missing(String library, NoClassDefFoundError cause) {
        return new IllegalStateException(
                "the nodes cannot tell each other anything, as a library is missing: add " + library
                        + " to the application",
                cause);
    }
}
