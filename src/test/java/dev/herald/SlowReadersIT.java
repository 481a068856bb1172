package dev.herald;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.herald.it.Bystander;
import dev.herald.it.Footprint;
import dev.herald.it.PayaraProcess;
import dev.herald.it.RawWebSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A thousand clients that read nothing cost neither the heap nor anybody's time ({@code herald.outbound.bytes}). */
class SlowReadersIT {

    private static final System.Logger LOG = System.getLogger(SlowReadersIT.class.getName());

    private static final int CLIENTS = 1_000;
    private static final int MESSAGES = 400;
    private static final String PAYLOAD = "x".repeat(16 * 1024);
    private static final long HEAP = 512L * 1024 * 1024;
    private static final Duration SERVICE = Duration.ofMillis(500);

    private final Path log = Path.of(System.getProperty("herald.war")).resolveSibling("server/slow-readers.log");
    private final List<RawWebSocket> stalled = new ArrayList<>();
    private PayaraProcess server;

    @BeforeEach
    void start() throws IOException {
        Files.createDirectories(log.getParent());
        Files.deleteIfExists(log);
        server = PayaraProcess.start(log.toFile(), "-Xmx512m", "-XX:+ExitOnOutOfMemoryError", "herald.board=false");
    }

    @AfterEach
    void stop() throws IOException {
        for (var one : stalled) {
            one.close();
        }
        server.close();
    }

    private RawWebSocket socketIoClient() throws IOException {
        var socket = new RawWebSocket(server.port(), "/socket.io/?EIO=4&transport=websocket", "", 4_096);
        socket.say("40");
        socket.readTo("40{");
        socket.say("420[\"join\",\"firehose\"]");
        socket.readTo("430[");
        return socket;
    }

    private RawWebSocket feedClient() throws IOException {
        var socket = new RawWebSocket(server.port(), "/feed", "", 4_096);
        socket.say("{\"event\":\"join\",\"channel\":\"firehose\"}");
        socket.readTo("\"joined\",\"channel\":\"firehose");
        return socket;
    }

    private interface Opener {
        RawWebSocket open() throws IOException;
    }

    /** Publishes so often; returns the slowest ack. */
    private static Duration publish(RawWebSocket publisher, String channel, int messages) throws IOException {
        var slowest = Duration.ZERO;
        for (var n = 0; n < messages; n++) {
            var start = System.nanoTime();
            publisher.say("42" + n + "[\"blob\",\"" + PAYLOAD + "\",{\"channel\":\"" + channel + "\"}]");
            publisher.readTo("43" + n + "[");
            var ack = Duration.ofNanos(System.nanoTime() - start);
            slowest = ack.compareTo(slowest) > 0 ? ack : slowest;
        }
        return slowest;
    }

    private void attack(Opener opener) throws IOException {
        for (var n = 0; n < CLIENTS; n++) {
            stalled.add(opener.open());
        }
        var before = Footprint.of(server.pid());
        try (var bystander = new Bystander(server.port());
                var publisher = Bystander.connect(server.port())) {
            // Others have the machine as well: what nobody listens to shows how busy it is.
            publish(publisher, "nobody", MESSAGES);
            bystander.slowest();
            var calm = publish(publisher, "nobody", MESSAGES);
            var calmest = bystander.slowest();
            var ack = publish(publisher, "firehose", MESSAGES);
            var slowest = bystander.slowest();
            var during = Footprint.of(server.pid());
            LOG.log(
                    System.Logger.Level.INFO,
                    "{0}, then {1}; slowest ack {2} ms ({3} ms without them), slowest message of a bystander {4} ms ({5} ms)",
                    before,
                    during,
                    ack.toMillis(),
                    calm.toMillis(),
                    slowest.toMillis(),
                    calmest.toMillis());
            assertThat(during.heap()).isLessThan(HEAP / 10 * 8);
            assertThat(slowest).isLessThan(SERVICE);
            bystander.assertUnharmed();
        }
        await("the stalled clients are gone")
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> Footprint.of(server.pid()).files() < before.files() - CLIENTS / 10 * 9);
        LOG.log(System.Logger.Level.INFO, "afterwards {0}", Footprint.of(server.pid()));
        assertThat(Files.readString(log)).contains("herald.outbound.bytes").doesNotContain("OutOfMemoryError");
    }

    @Test
    void bySocketIoAreClosed() throws IOException {
        attack(this::socketIoClient);
    }

    @Test
    void byTheFeedAreClosed() throws IOException {
        attack(this::feedClient);
    }
}
