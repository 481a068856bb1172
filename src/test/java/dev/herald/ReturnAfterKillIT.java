package dev.herald;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.it.Footprint;
import dev.herald.it.PayaraProcess;
import dev.herald.it.RawWebSocket;
import dev.herald.it.ServerLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The server is killed, and when it is back all of its Socket.IO clients come at once: each goes on where it was. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ReturnAfterKillIT {

    private static final System.Logger LOG = System.getLogger(ReturnAfterKillIT.class.getName());

    private static final String PATH = "/socket.io/?EIO=4&transport=websocket";
    private static final Pattern IDS = Pattern.compile("\"sid\":\"([^\"]+)\".*\"pid\":\"([^\"]+)\"");

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final Path log = Path.of(System.getProperty("herald.war")).resolveSibling("server/return.log");
    private final AtomicInteger tries = new AtomicInteger();
    private PayaraProcess server;

    /** What a client remembers of itself, as the library does. */
    private record Remembered(String sid, String pid) {}

    private record Connected(RawWebSocket socket, Remembered ids) {}

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    @Test
    void fiveHundredGoOnWhereTheyWere() throws Exception {
        allGoOnWhereTheyWere(500);
    }

    @Test
    @Tag("kill")
    @Tag("large")
    void twoThousandGoOnWhereTheyWere() throws Exception {
        allGoOnWhereTheyWere(2_000);
    }

    private void allGoOnWhereTheyWere(int clients) throws Exception {
        Files.createDirectories(log.getParent());
        Files.deleteIfExists(log);
        server = PayaraProcess.start(log.toFile(), "-Xmx512m", "-XX:+ExitOnOutOfMemoryError", "herald.board=false");
        var before = together(clients, n -> connect(null));
        server.kill();
        for (var one : before) {
            one.socket().close();
        }
        server.startAgain();

        var began = System.nanoTime();
        tries.set(0);
        var after = together(clients, n -> comeBack(before.get(n).ids()));
        var took = Duration.ofNanos(System.nanoTime() - began);

        var recovered = IntStream.range(0, clients)
                .filter(n -> after.get(n).ids().equals(before.get(n).ids()))
                .count();
        LOG.log(
                System.Logger.Level.INFO,
                "{0} of {1} recovered in {2} ms with {3} tries, {4}",
                recovered,
                clients,
                took.toMillis(),
                tries.get(),
                Footprint.of(server.pid()));
        for (var one : after) {
            one.socket().close();
        }
        assertThat(ServerLog.mistakes(log)).isEmpty();
        assertThat(Files.readString(log)).doesNotContain("turned away", "could not go on", "come back later");
        assertThat(recovered).isEqualTo(clients);
    }

    private interface Work {
        Connected of(int number) throws Exception;
    }

    private static List<Connected> together(int clients, Work work) throws Exception {
        var threads = Executors.newFixedThreadPool(clients);
        try {
            var all = IntStream.range(0, clients)
                    .<Callable<Connected>>mapToObj(n -> () -> work.of(n))
                    .toList();
            var connected = new ArrayList<Connected>();
            for (var one : threads.invokeAll(all)) {
                connected.add(one.get());
            }
            return connected;
        } finally {
            threads.shutdownNow();
        }
    }

    /** As the library does: again and again, each time later. */
    private Connected comeBack(Remembered ids) throws Exception {
        var end = System.nanoTime() + PATIENCE.toNanos();
        for (var pause = 200L; ; pause = Math.min(2 * pause, 5_000)) {
            try {
                return connect(ids);
            } catch (IOException e) {
                if (System.nanoTime() > end) {
                    throw e;
                }
                Thread.sleep(pause);
            }
        }
    }

    private Connected connect(Remembered ids) throws IOException {
        tries.incrementAndGet();
        var socket = new RawWebSocket(server.port(), PATH);
        try {
            socket.say(ids == null ? "40" : "40{\"pid\":\"" + ids.pid() + "\"}");
            var answer = IDS.matcher(socket.hear("40"));
            assertThat(answer.find()).isTrue();
            return new Connected(socket, new Remembered(answer.group(1), answer.group(2)));
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }
}
