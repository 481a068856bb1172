package dev.herald.testing;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** A real PostgreSQL of the tests' own, on a free port of 127.0.0.1, that can be stopped, frozen and started again. */
public final class PostgresServer implements AutoCloseable {

    /** The user of all databases; there is no password. */
    public static final String USER = "postgres";

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Path data;
    private final boolean safe;
    private EmbeddedPostgres server;

    private PostgresServer(Path data, boolean safe, EmbeddedPostgres server) {
        this.data = data;
        this.safe = safe;
        this.server = server;
    }

    /**
     * Starts a server; where it cannot be, the test is skipped and says so, or fails where nothing may be skipped.
     *
     * @param safe whether what it commits is on the disk, as an operator wants it; otherwise it is quicker
     */
    public static PostgresServer start(boolean safe) {
        try {
            var data = Files.createTempDirectory("herald-postgres");
            return new PostgresServer(data, safe, launch(data, safe, 0));
        } catch (IOException | RuntimeException e) {
            throw Skipped.loudly("PostgreSQL cannot be started here: " + e, e);
        }
    }

    private static EmbeddedPostgres launch(Path data, boolean safe, int port) throws IOException {
        var builder = EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setServerConfig("fsync", safe ? "on" : "off")
                .setServerConfig("synchronous_commit", safe ? "on" : "off")
                .setServerConfig("full_page_writes", safe ? "on" : "off")
                .setServerConfig("listen_addresses", "127.0.0.1")
                .setPGStartupWait(PATIENCE);
        return (port == 0 ? builder : builder.setPort(port)).start();
    }

    /** Makes a new and empty database, and returns its URL. */
    public String createDatabase() throws SQLException {
        var name = "herald_" + UUID.randomUUID().toString().replace('-', '_');
        execute("CREATE DATABASE " + name);
        return url(name);
    }

    /** Runs a statement in the server's own database. */
    public void execute(String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(url("postgres"), USER, "");
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private String url(String database) {
        return "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/" + database;
    }

    /** Stops it as an operator does, {@code pg_ctl stop -m fast}: connections are cut, what is committed is kept. */
    public void stop() throws IOException {
        end("INT");
    }

    /** Stops it as a power failure does, {@code pg_ctl stop -m immediate}: it recovers when it is started again. */
    public void crash() throws IOException {
        end("QUIT");
    }

    private void end(String signal) throws IOException {
        var first = firstProcess();
        signal(signal, Stream.of(first));
        Awaitility.await("PostgreSQL has ended").atMost(PATIENCE).until(() -> !first.isAlive());
    }

    /** The one that the file in the data directory names, which the others are children of. */
    private ProcessHandle firstProcess() throws IOException {
        try (var lines = Files.lines(data.resolve("postmaster.pid"))) {
            var pid = Long.parseLong(lines.findFirst().orElseThrow().trim());
            return ProcessHandle.of(pid).orElseThrow();
        }
    }

    /** Starts it again where it was. */
    public void restart() throws IOException {
        var port = server.getPort();
        server.close();
        server = launch(data, safe, port);
    }

    /** All of its processes hold still: connections stay open and nothing is answered. */
    public void freeze() throws IOException {
        signal("STOP", processes());
    }

    /** They go on. */
    public void thaw() throws IOException {
        signal("CONT", processes());
    }

    private Stream<ProcessHandle> processes() throws IOException {
        var first = firstProcess();
        return Stream.concat(Stream.of(first), first.descendants());
    }

    private static void signal(String name, Stream<ProcessHandle> processes) {
        var command =
                Stream.concat(Stream.of("kill", "-" + name), processes.map(process -> Long.toString(process.pid())));
        try {
            new ProcessBuilder(command.toList()).inheritIO().start().waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() throws IOException {
        if (Files.exists(data.resolve("postmaster.pid"))) {
            thaw();
        }
        server.close();
        delete(data);
    }

    private static void delete(Path directory) throws IOException {
        List<Path> files;
        try (var tree = Files.walk(directory)) {
            files = tree.sorted(Comparator.reverseOrder()).toList();
        }
        for (var file : files) {
            Files.deleteIfExists(file);
        }
    }
}
