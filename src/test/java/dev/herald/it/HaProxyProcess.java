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
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** A real HAProxy in front of several nodes, configured as {@code docs/haproxy.cfg} says: only the addresses are others. */
public final class HaProxyProcess implements AutoCloseable {

    private static final Path EXAMPLE = Path.of("docs/haproxy.cfg");
    private static final Pattern BIND = Pattern.compile("(?m)^(\\s*bind )[^\\s]*:80$");
    private static final Pattern NODE = Pattern.compile("(?m)^(\\s*server \\S+ )[^\\s]+(.*)$");

    private final int port;
    private final Process process;

    private HaProxyProcess(int port, Process process) {
        this.port = port;
        this.process = process;
    }

    /**
     * Starts HAProxy in front of as many nodes as the example has; without one on this machine the test is skipped, loudly.
     *
     * @param directory for its configuration and log
     */
    public static HaProxyProcess inFrontOf(List<ServerProcess> nodes, Path directory) throws IOException {
        var program = find();
        var port = FreePort.find();
        var example = Addresses.put(EXAMPLE, NODE, nodes);
        if (!BIND.matcher(example).find()) {
            throw new AssertionError(EXAMPLE + " binds no port 80");
        }
        Files.createDirectories(directory);
        var configuration = directory.resolve("haproxy.cfg");
        Files.writeString(configuration, BIND.matcher(example).replaceAll("$1127.0.0.1:" + port));
        var process = new ProcessBuilder(program, "-db", "-f", configuration.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("haproxy.log").toFile())
                .start();
        var proxy = new HaProxyProcess(port, process);
        Awaitility.await("HAProxy, whose log is in " + directory)
                .atMost(Duration.ofSeconds(20))
                .failFast(() -> !process.isAlive())
                .until(proxy::answers);
        return proxy;
    }

    private static String find() {
        var places = Stream.concat(
                Stream.of(System.getenv("PATH").split(File.pathSeparator)), Stream.of("/usr/sbin", "/usr/local/sbin"));
        return places.map(place -> Path.of(place, "haproxy"))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst()
                .orElseThrow(() -> Skipped.loudly(
                        "there is no HAProxy on this machine; apt-get install haproxy gets one",
                        new IOException("haproxy is not on the PATH")));
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
