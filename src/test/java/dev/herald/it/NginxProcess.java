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
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * A real nginx in front of a server, configured as {@code docs/nginx.conf} says, or of several nodes, as {@code docs/nginx-cluster.conf}
 * says: only the addresses are others.
 */
public final class NginxProcess implements AutoCloseable {

    private static final Path EXAMPLE = Path.of("docs/nginx.conf");
    private static final Path CLUSTER = Path.of("docs/nginx-cluster.conf");
    private static final Pattern NODE = Pattern.compile("(?m)^(\\s*server )[^\\s;{]+(.*;)");
    private static final String LISTEN = "listen 80;";
    private static final String SERVER = "http://127.0.0.1:8080/";

    /** Of a session, as it is logged. */
    private static final Pattern REQUEST = Pattern.compile("(\\S+) ([^\\s-]\\S+) ");

    private final int port;
    private final Process process;
    private final Path requests;

    private NginxProcess(int port, Process process, Path requests) {
        this.port = port;
        this.process = process;
        this.requests = requests;
    }

    /**
     * Starts nginx; without one on this machine the test is skipped, loudly.
     *
     * @param directory for its configuration, log and buffers
     */
    public static NginxProcess inFrontOf(ServerProcess server, Path directory) throws IOException {
        var example = Files.readString(EXAMPLE);
        if (!example.contains(LISTEN) || !example.contains(SERVER)) {
            throw new AssertionError(EXAMPLE + " has neither " + LISTEN + " nor " + SERVER);
        }
        return start(example.replace(SERVER, server.url()), directory);
    }

    /** Likewise, in front of as many nodes as the example for a cluster has. */
    public static NginxProcess inFrontOf(List<ServerProcess> nodes, Path directory) throws IOException {
        return start(Addresses.put(CLUSTER, NODE, nodes), directory);
    }

    private static NginxProcess start(String site, Path directory) throws IOException {
        var program = find();
        var port = FreePort.find();
        if (!site.contains(LISTEN)) {
            throw new AssertionError("nowhere is " + LISTEN);
        }
        Files.createDirectories(directory);
        Files.deleteIfExists(directory.resolve("requests.log"));
        Files.writeString(directory.resolve("herald.conf"), site.replace(LISTEN, "listen 127.0.0.1:" + port + ";"));
        Files.writeString(directory.resolve("nginx.conf"), """
                daemon off;
                master_process off;
                pid nginx.pid;
                error_log stderr warn;
                events {}
                http {
                    log_format requests "$upstream_addr $arg_sid $request_method $status";
                    access_log requests.log requests;
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
        var nginx = new NginxProcess(port, process, directory.resolve("requests.log"));
        Awaitility.await("nginx, whose log is in " + directory)
                .atMost(Duration.ofSeconds(20))
                .failFast(() -> !process.isAlive())
                .until(nginx::answers);
        return nginx;
    }

    /** How many sessions had requests that went to one node, and such that went to another. */
    public long dividedSessions() throws IOException {
        var nodes = new HashMap<String, Set<String>>();
        for (var line : Files.readAllLines(requests)) {
            var request = REQUEST.matcher(line);
            if (request.lookingAt()) {
                nodes.computeIfAbsent(request.group(2), sid -> new HashSet<>()).add(request.group(1));
            }
        }
        return nodes.values().stream().filter(those -> those.size() > 1).count();
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
