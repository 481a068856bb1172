package dev.herald.it;

import dev.herald.testing.FreePort;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A server with the released WAR as a process of its own, started as an operator would, that a test can stop and start. */
public abstract class ServerProcess implements AutoCloseable {

    /** An option of Java's for processes that live for seconds: they start in half the processor time. */
    public static final String QUICK_START = "-XX:TieredStopAtLevel=1";

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final int port;
    private final File log;
    private final Path data = HeraldWar.newDataDirectory();
    private Process process;
    private Path watched;

    /** Takes a free port of 127.0.0.1, which the server keeps over restarts, as its data; its log goes to the file. */
    protected ServerProcess(File log) throws IOException {
        this.port = FreePort.find();
        this.log = log;
    }

    /** Lays the WAR where the server looks for it, if need be, and returns the command that serves it on 127.0.0.1. */
    protected abstract ProcessBuilder prepare(int port) throws IOException;

    /** The very file that is released. */
    protected static Path war() {
        return Path.of(System.getProperty("herald.war"));
    }

    /** Where the build has unpacked the server. */
    protected static Path home() {
        return Path.of(System.getProperty("server.home"));
    }

    /** Where the board is. */
    public String url() {
        return "http://127.0.0.1:" + port + "/";
    }

    /** Where it listens, on 127.0.0.1. */
    public int port() {
        return port;
    }

    /** Where its default databases are. */
    public Path data() {
        return data;
    }

    /** Tells of a file that the server deploys anew when it changes. */
    protected final void watches(Path file) {
        watched = file;
    }

    /** Lets the server, which runs on, take the WAR out of service and deploy it again; {@link #awaitReady} tells when it is back. */
    public void redeploy() throws IOException {
        Files.setLastModifiedTime(watched, FileTime.from(Instant.now()));
    }

    /** The id of the process that was started. */
    public long pid() {
        return process.pid();
    }

    /** Stops the server as an operator does, by SIGTERM, and starts it anew. */
    public void restart() throws IOException {
        close();
        start();
    }

    /** Starts a server anew that was killed, once it has ended. */
    public void startAgain() throws IOException {
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                throw new AssertionError("the server was not killed; see " + log);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        start();
    }

    /** Starts the server and waits until it is ready; one that does not get so far is ended. */
    protected final void start() throws IOException {
        var command = prepare(port);
        command.environment().put("JAVA_HOME", System.getProperty("java.home"));
        command.environment().put("HERALD_DATA_DIR", data.toString());
        // Tests ask for more than people do; those of the quotas themselves set the system property, which counts more.
        command.environment().putIfAbsent("HERALD_QUOTA", "off");
        process = command.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
                .start();
        var ready = false;
        try {
            awaitReady();
            ready = true;
        } finally {
            if (!ready) {
                kill();
            }
        }
    }

    /** Waits until Herald answers. */
    public void awaitReady() {
        Awaitility.await("the server is ready")
                .atMost(PATIENCE)
                .failFast("the server has ended; see " + log, () -> !process.isAlive())
                .until(this::isReady);
    }

    private boolean isReady() {
        try {
            var request = HttpRequest.newBuilder(URI.create(url() + "health/ready"))
                    .timeout(Duration.ofSeconds(5))
                    .build();
            return HTTP.send(request, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new IOException(e));
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                kill();
                throw new AssertionError("the server does not stop within 60 s of SIGTERM; see " + log);
            }
        } catch (InterruptedException e) {
            kill();
            Thread.currentThread().interrupt();
        }
    }

    /** Ends the process at once; the server may be the child of a start script. */
    public void kill() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
