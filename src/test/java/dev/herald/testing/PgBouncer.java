package dev.herald.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * A real PgBouncer in transaction mode before a PostgreSQL, on a free port of 127.0.0.1: each transaction may have another connection of
 * the server. The program is the operating system's.
 */
public final class PgBouncer implements AutoCloseable {

    private final int port;
    private final Process process;

    private PgBouncer(int port, Process process) {
        this.port = port;
        this.process = process;
    }

    /**
     * Starts one; where it cannot be, the test is skipped and says so, or fails where nothing may be skipped.
     *
     * @param database as {@link PostgresServer#createDatabase} gives it
     */
    public static PgBouncer before(String database, Path directory) throws IOException {
        var program = Stream.of("/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> Skipped.loudly(
                        "THERE IS NO PGBOUNCER ON THIS MACHINE (Debian: apt-get install pgbouncer)",
                        new IOException("pgbouncer is not installed")));
        int port;
        try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = probe.getLocalPort();
        }
        var settings = directory.resolve("pgbouncer.ini");
        Files.writeString(
                settings, """
                [databases]
                * = host=127.0.0.1 port=%s user=%s
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = %d
                unix_socket_dir =
                auth_type = any
                pool_mode = transaction
                ignore_startup_parameters = extra_float_digits
                """.formatted(database.replaceFirst(".*:([0-9]+)/.*", "$1"), PostgresServer.USER, port));
        var command = new ArrayList<>(List.of(program.toString(), settings.toString()));
        if ("root".equals(System.getProperty("user.name"))) {
            command.addAll(1, List.of("-u", "nobody"));
        }
        var bouncer = new PgBouncer(
                port,
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("pgbouncer.log").toFile())
                        .start());
        Awaitility.await("PgBouncer, whose log is in " + directory)
                .atMost(Duration.ofSeconds(20))
                .failFast(() -> !bouncer.process.isAlive())
                .until(bouncer::answers);
        return bouncer;
    }

    private boolean answers() {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /** The address of the same database by this way. */
    public String by(String database) {
        return database.replaceFirst(":[0-9]+/", ":" + port + "/");
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
