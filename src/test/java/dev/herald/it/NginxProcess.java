package dev.herald.it;

import dev.herald.testing.FreePort;
import dev.herald.testing.Skipped;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** A real nginx in front of a server, configured as {@code docs/nginx.conf} says: only the ports are others. */
public final class NginxProcess implements AutoCloseable {

    private static final Path EXAMPLE = Path.of("docs/nginx.conf");
    private static final String LISTEN = "listen 80;";
    private static final String SERVER = "http://127.0.0.1:8080/";

    private final int port;
    private final Process process;

    private NginxProcess(int port, Process process) {
        this.port = port;
        this.process = process;
    }

    /**
     * Starts nginx; without one on this machine the test is skipped, loudly.
     *
     * @param directory for its configuration, log and buffers
     */
    public static NginxProcess inFrontOf(ServerProcess server, Path directory) throws IOException {
        var program = find();
        var port = FreePort.find();
        var example = Files.readString(EXAMPLE);
        if (!example.contains(LISTEN) || !example.contains(SERVER)) {
            throw new AssertionError(EXAMPLE + " has neither " + LISTEN + " nor " + SERVER);
        }
        Files.createDirectories(directory);
        Files.writeString(
                directory.resolve("herald.conf"),
                example.replace(LISTEN, "listen 127.0.0.1:" + port + ";").replace(SERVER, server.url()));
        Files.writeString(directory.resolve("nginx.conf"), """
                daemon off;
                master_process off;
                pid nginx.pid;
                error_log stderr warn;
                events {}
                http {
                    access_log off;
                    client_body_temp_path bodies;
                    proxy_temp_path answers;
                    fastcgi_temp_path unused;
                    uwsgi_temp_path unused;
                    scgi_temp_path unused;
                    include herald.conf;
                }
                """);
        var process = new ProcessBuilder(
                        program, "-p", directory.toAbsolutePath().toString(), "-c", "nginx.conf", "-e", "stderr")
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("nginx.log").toFile())
                .start();
        var nginx = new NginxProcess(port, process);
        Awaitility.await("nginx, whose log is in " + directory)
                .atMost(Duration.ofSeconds(20))
                .failFast(() -> !process.isAlive())
                .until(nginx::answers);
        return nginx;
    }

    private static String find() {
        var places = Stream.concat(
                Stream.of(System.getenv("PATH").split(File.pathSeparator)), Stream.of("/usr/sbin", "/usr/local/sbin"));
        return places.map(place -> Path.of(place, "nginx"))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst()
                .orElseThrow(() -> Skipped.loudly(
                        "there is no nginx on this machine; apt-get install nginx-light gets one",
                        new IOException("nginx is not on the PATH")));
    }

    private boolean answers() {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Where it listens, without a slash at the end. */
    public String origin() {
        return "http://127.0.0.1:" + port;
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
