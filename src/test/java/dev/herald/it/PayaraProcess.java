package dev.herald.it;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** Payara Micro with the released WAR as a process of its own, started as an operator would, that a test can stop and start. */
public final class PayaraProcess implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final int port;
    private final File log;
    private Process process;

    private PayaraProcess(int port, File log) {
        this.port = port;
        this.log = log;
    }

    /** Starts a server on a free port of 127.0.0.1, which it keeps over restarts; its log goes to the file. */
    public static PayaraProcess start(File log) throws IOException {
        int port;
        try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = probe.getLocalPort();
        }
        var server = new PayaraProcess(port, log);
        server.start();
        return server;
    }

    /** Where the board is. */
    public String url() {
        return "http://127.0.0.1:" + port + "/";
    }

    /** Stops the server as an operator does, by SIGTERM, and starts it anew. */
    public void restart() throws IOException {
        close();
        start();
    }

    private void start() throws IOException {
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dherald.address=127.0.0.1",
                        "-jar",
                        System.getenv("MICRO_JAR"),
                        "--nohazelcast",
                        "--disablephonehome",
                        "--port",
                        Integer.toString(port),
                        "--contextroot",
                        "/",
                        "--logproperties",
                        "payara-config/logging.properties",
                        "--prebootcommandfile",
                        "payara-config/pre-boot-commands.txt",
                        "--deploy",
                        System.getProperty("herald.war"))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
                .start();
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
                process.destroyForcibly();
                throw new AssertionError("the server does not stop within 60 s of SIGTERM; see " + log);
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
