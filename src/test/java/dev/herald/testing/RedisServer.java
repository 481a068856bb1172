package dev.herald.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/**
 * A real Redis or Valkey of the tests' own, on a free port of 127.0.0.1, that can be stopped, frozen and started again. The program is
 * the operating system's.
 */
public final class RedisServer implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final String program;
    private final int port;
    private Process process;

    private RedisServer(String program, int port) throws IOException {
        this.program = program;
        this.port = port;
        this.process = launch();
    }

    /** Starts a server; where it cannot be, the test is skipped and says so, or fails where nothing may be skipped. */
    public static RedisServer start() {
        try {
            var program = List.of("/usr/bin", "/usr/local/bin").stream()
                    .flatMap(directory ->
                            List.of("valkey-server", "redis-server").stream().map(name -> Path.of(directory, name)))
                    .filter(Files::isExecutable)
                    .findFirst()
                    .orElseThrow(
                            () -> new IOException(
                                    "neither valkey-server nor redis-server is installed (Debian: apt-get install redis-server)"));
            return new RedisServer(program.toString(), FreePort.find());
        } catch (IOException | RuntimeException e) {
            throw Skipped.loudly("REDIS CANNOT BE STARTED HERE: " + e, e);
        }
    }

    private Process launch() throws IOException {
        var started = new ProcessBuilder(
                        program,
                        "--port",
                        Integer.toString(port),
                        "--bind",
                        "127.0.0.1",
                        "--save",
                        "",
                        "--appendonly",
                        "no")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        Awaitility.await("Redis answers").atMost(PATIENCE).until(this::answers);
        return started;
    }

    private boolean answers() {
        try {
            return execute("PING").contains("PONG");
        } catch (IOException e) {
            return false;
        }
    }

    /** Where it is. */
    public URI address() {
        return URI.create("redis://127.0.0.1:" + port);
    }

    /** Runs a command of words without blanks, and returns the beginning of what is answered. */
    public String execute(String command) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.UTF_8));
            var answer = new byte[4096];
            var length = socket.getInputStream().read(answer);
            return new String(answer, 0, Math.max(0, length), StandardCharsets.UTF_8);
        }
    }

    /** Ends it at once. */
    public void stop() {
        process.destroyForcibly();
        awaitEnd();
    }

    private void awaitEnd() {
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("Redis does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** Starts it again where it was. */
    public void restart() {
        try {
            process = launch();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** It holds still: connections stay open and nothing is answered. */
    public void freeze() {
        signal("STOP");
    }

    /** It goes on. */
    public void thaw() {
        signal("CONT");
    }

    private void signal(String name) {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        stop();
    }
}
