package dev.herald.it;

import static org.awaitility.Awaitility.await;

import dev.herald.testing.PostgresServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * Two servers with the same application that share one PostgreSQL and know each other. Their bus goes by a {@link Wire}. For one
 * thread.
 */
public final class TwoNodes implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final PostgresServer database;
    private final String name;
    private Wire bus;
    private PayaraProcess one;
    private PayaraProcess other;

    private TwoNodes(PostgresServer database, String name) {
        this.database = database;
        this.name = name;
    }

    /**
     * Starts both, one after the other, as the first makes the tables.
     *
     * @param name begins the names of their logs
     * @param settings of both, as {@link PayaraProcess#start}
     */
    public static TwoNodes start(String name, Path war, String... settings) throws IOException, SQLException {
        var nodes = new TwoNodes(PostgresServer.start(false), name);
        var isStarted = false;
        try {
            var url = nodes.database.createDatabase();
            nodes.bus = Wire.to(URI.create(url.substring("jdbc:".length())).getPort());
            nodes.one = nodes.start("one", war, url, settings);
            nodes.other = nodes.start("other", war, url, settings);
            await("both nodes know each other")
                    .atMost(PATIENCE)
                    .until(() -> knows(nodes.log("one")) && knows(nodes.log("other")));
            isStarted = true;
        } finally {
            if (!isStarted) {
                nodes.close();
            }
        }
        return nodes;
    }

    private PayaraProcess start(String which, Path war, String url, String... settings) throws IOException {
        Files.deleteIfExists(log(which));
        var all = Stream.concat(
                Stream.of(
                        "herald.datasource.url=" + url,
                        "herald.datasource.user=" + PostgresServer.USER,
                        "herald.cluster.bus.url=" + url.replaceFirst(":\\d+/", ":" + bus.port() + "/")),
                Stream.of(settings));
        return PayaraProcess.start(war, log(which).toFile(), all.toArray(String[]::new));
    }

    private static boolean knows(Path log) throws IOException {
        return Files.readString(log).contains(" is there");
    }

    /** The one that was started first. */
    public PayaraProcess one() {
        return one;
    }

    /** The one that was started second. */
    public PayaraProcess other() {
        return other;
    }

    /** Both. */
    public List<ServerProcess> both() {
        return List.of(one, other);
    }

    /** What they share. */
    public PostgresServer database() {
        return database;
    }

    /** The way to PostgreSQL as the bus. */
    public Wire bus() {
        return bus;
    }

    /** The log of {@code "one"} or {@code "other"}. */
    public Path log(String which) {
        return Path.of(System.getProperty("herald.war")).resolveSibling("server/" + name + "-" + which + ".log");
    }

    @Override
    public void close() throws IOException {
        try (database;
                var way = bus;
                var second = other;
                var first = one) {
            // Each is closed, whatever the others do.
        }
    }
}
