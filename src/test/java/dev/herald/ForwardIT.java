package dev.herald;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.herald.it.HeraldWar;
import dev.herald.it.NodeScript;
import dev.herald.it.PayaraProcess;
import dev.herald.it.PollingPeer;
import dev.herald.it.RawHttp;
import dev.herald.it.ServerLog;
import dev.herald.it.forward.Echo;
import dev.herald.it.forward.NodesInAFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two nodes, and a load balancer that sends each request of a session to the node that does not have it. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ForwardIT {

    private static final Path DIRECTORY =
            Path.of(System.getProperty("herald.war")).resolveSibling("server");
    private static final Path NODES = DIRECTORY.resolve("forward.nodes");
    private static final String ANN = "node-of-ann_";
    private static final String BOB = "node-of-bob_";
    private static final Duration PING = Duration.ofSeconds(26);

    private static final Map<String, PayaraProcess> NODE = new HashMap<>();

    @BeforeAll
    static void start() throws Exception {
        Files.createDirectories(DIRECTORY);
        var war = DIRECTORY.resolve("forward.war").toFile();
        HeraldWar.fromTheBuild()
                .addClasses(NodesInAFile.class, Echo.class)
                .as(ZipExporter.class)
                .exportTo(war, true);
        Files.writeString(NODES, "");
        for (var id : new String[] {ANN, BOB}) {
            Files.deleteIfExists(log(id));
            NODE.put(
                    id,
                    PayaraProcess.start(
                            war.toPath(),
                            log(id).toFile(),
                            "-Xmx400m",
                            "test.node=" + id,
                            "test.nodes=" + NODES.toAbsolutePath(),
                            "herald.board=false",
                            "herald.socketio.queue-bytes=4000000",
                            "herald.socketio.queue-messages=4000",
                            "herald.ping-interval=" + PING.toMillis(),
                            "herald.ping-timeout=4000"));
        }
        live(ANN, BOB);
    }

    private static Path log(String id) {
        return DIRECTORY.resolve("forward-" + id + ".log");
    }

    /** Says which nodes live. */
    private static void live(String... ids) throws IOException {
        var lines = Arrays.stream(ids)
                .map(id -> id + "=" + NODE.get(id).url() + "\n")
                .collect(Collectors.joining());
        var fresh = NODES.resolveSibling("forward.fresh");
        Files.writeString(fresh, lines);
        Files.move(fresh, NODES, StandardCopyOption.REPLACE_EXISTING);
    }

    @AfterAll
    static void stop() {
        NODE.values().forEach(PayaraProcess::close);
    }

    private static String argument(String id) {
        return id + "=" + NODE.get(id).port();
    }

    @Test
    void stockClientsDoNotNoticeThatTheirRequestsGoToTheOtherNode() throws Exception {
        NodeScript.pass("socketio/forward.mjs", "talk", argument(ANN), argument(BOB));

        for (var id : NODE.keySet()) {
            assertThat(ServerLog.mistakes(log(id)))
                    .noneMatch(line -> line.matches(".*dev\\.herald\\.(forward|engine|websocket).*"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"by polling", "upgraded"})
    void aStockClientWhoseNodeIsKilledGoesOnWithTheOther(String way) throws Exception {
        var client = NodeScript.start("socketio/forward.mjs", way, argument(ANN), argument(BOB));
        try (var said = client.inputReader(UTF_8);
                var in = client.outputWriter(UTF_8)) {
            var line = said.readLine();
            assertThat(line).startsWith("LOSE ");
            var lost = line.substring("LOSE ".length());
            NODE.get(lost).kill();
            try {
                live(lost.equals(ANN) ? BOB : ANN);
                in.write("lost\n");
                in.flush();

                assertThat(said.lines().toList()).endsWith("PASSED");
            } finally {
                NODE.get(lost).startAgain();
                live(ANN, BOB);
            }
        }
    }

    @Test
    void pollsThatWaitLongAreAnsweredAndThoseOfClientsThatAreGoneEnd() throws Exception {
        var here = PollingPeer.connected(NODE.get(ANN).port());
        var gone = PollingPeer.connected(NODE.get(ANN).port());
        gone.at(NODE.get(BOB).port()).park().reset();
        var began = System.nanoTime();
        try (var poll = here.at(NODE.get(BOB).port()).park()) {
            assertThat(poll.answer().body()).startsWith("2");
        }

        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(PING.minusSeconds(1));
        await().atMost(Duration.ofSeconds(20)).until(() -> !gone.isKnown());
        here.at(NODE.get(BOB).port()).post("3");
        here.end();
    }

    @Test
    void aSessionOfADeadOrUnknownNodeIsUnknownAtOnce() throws Exception {
        var peer = new PollingPeer(NODE.get(ANN).port());
        live(BOB);

        var began = System.nanoTime();
        var answer = peer.at(NODE.get(BOB).port()).get();
        live(ANN, BOB);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body()).isEqualTo("{\"code\":1,\"message\":\"Session ID unknown\"}");
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
        peer.end();
    }

    @Test
    void aSessionBelongsToWhoHasBegunItOnAllNodes() throws Exception {
        var port = NODE.get(ANN).port();
        var handshake = RawHttp.exchange(port, get("", "ann-ann-ann-ann-ann-ann-ann"));
        var sid = handshake.body().replaceFirst(".*\"sid\":\"([^\"]+)\".*", "$1");

        var others = RawHttp.exchange(NODE.get(BOB).port(), get("&sid=" + sid, "bob-bob-bob-bob-bob-bob-bob"));
        var forged = RawHttp.exchange(
                NODE.get(BOB).port(),
                get("&sid=" + sid, "bob-bob-bob-bob-bob-bob-bob\r\nHerald-Forwarded: YW5u.MTI3LjAuMC4x.AAAA"));
        var own = RawHttp.exchange(NODE.get(BOB).port(), post(sid, "ann-ann-ann-ann-ann-ann-ann"));

        assertThat(others.body()).contains("Session ID unknown");
        assertThat(forged.body()).contains("Session ID unknown");
        assertThat(own.body()).isEqualTo("ok");
    }

    private static String get(String more, String cookie) {
        return "GET /socket.io/?EIO=4&transport=polling" + more
                + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + "Cookie: herald-guest=" + cookie
                + "\r\n\r\n";
    }

    private static String post(String sid, String cookie) {
        return get("&sid=" + sid, cookie + "\r\nContent-Length: 2").replace("GET", "POST") + "40";
    }
}
