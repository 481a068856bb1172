package dev.herald;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.it.FeedClient;
import dev.herald.it.HaProxyProcess;
import dev.herald.it.HeraldWar;
import dev.herald.it.JavaClient;
import dev.herald.it.NginxProcess;
import dev.herald.it.NodeScript;
import dev.herald.it.ServerLog;
import dev.herald.it.ServerProcess;
import dev.herald.it.Ticks;
import dev.herald.it.TwoNodes;
import dev.herald.it.Wire;
import dev.herald.it.shop.Workbench;
import dev.herald.testing.RedisServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.json.JSONArray;
import org.json.JSONObject;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.aggregator.ArgumentsAccessor;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An application on two nodes, with Redis between them, behind load balancers that send each request to the next of them, as docs/cluster.md shows them. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class AnyNodeIT {

    private static final Path DIRECTORY =
            Path.of(System.getProperty("herald.war")).resolveSibling("server");
    /** Their publisher gets as many acknowledgements: together no more than the queue of one client takes. */
    private static final int MESSAGES = 100;

    private static final Map<String, AutoCloseable> PROXIES = new HashMap<>();
    private static RedisServer redis;
    private static Wire bus;
    private static TwoNodes nodes;

    @TempDir
    static Path directory;

    @BeforeAll
    static void start() throws Exception {
        var war = directory.resolve("shop.war").toFile();
        HeraldWar.fromTheBuild()
                .addPackage(Workbench.class.getPackage())
                .as(ZipExporter.class)
                .exportTo(war);
        redis = RedisServer.start();
        bus = Wire.to(redis.address().getPort());
        nodes = TwoNodes.start(
                "any-node",
                war.toPath(),
                "herald.cluster.redis=redis://127.0.0.1:" + bus.port(),
                "herald.board=false",
                "herald.proxies=127.0.0.1");
    }

    /** Where the load balancer of this name listens; the first test that asks for it starts it. */
    private static String origin(String name) throws IOException {
        var directory = DIRECTORY.resolve("any-node-" + name);
        if (!PROXIES.containsKey(name)) {
            PROXIES.put(
                    name,
                    name.equals("nginx")
                            ? NginxProcess.inFrontOf(nodes.both(), directory)
                            : HaProxyProcess.inFrontOf(nodes.both(), directory));
        }
        return PROXIES.get(name) instanceof NginxProcess nginx
                ? nginx.origin()
                : ((HaProxyProcess) PROXIES.get(name)).origin();
    }

    @AfterAll
    static void stop() throws Exception {
        for (var proxy : PROXIES.values()) {
            proxy.close();
        }
        if (nodes != null) {
            nodes.close();
            bus.close();
            redis.close();
            for (var node : List.of("one", "other")) {
                assertThat(ServerLog.mistakes(nodes.log(node))).noneMatch(line -> line.contains("dev.herald"));
            }
        }
    }

    /** By polling, by WebSocket, and by both. */
    @Test
    void documentsAreTheSameOnBothNodes() throws Exception {
        NodeScript.pass(
                "socketio/documents.mjs", nodes.one().url(), nodes.other().url());
    }

    @Test
    void documentsWorkThoughEachRequestIsSentToTheNextNode() throws Exception {
        NodeScript.pass("socketio/documents.mjs", origin("nginx") + "/");
    }

    @ParameterizedTest
    @CsvSource({"nginx, conversation", "nginx, recovery, 1000", "haproxy, conversation", "haproxy, devices"})
    void stockClientsNeedNoStickySessions(ArgumentsAccessor arguments) throws Exception {
        var proxy = arguments.getString(0);
        var further = arguments.toList().stream().skip(2).map(String::valueOf);
        NodeScript.pass(Stream.concat(Stream.of("socketio/" + arguments.getString(1) + ".mjs", origin(proxy)), further)
                .toArray(String[]::new));

        if (PROXIES.get(proxy) instanceof NginxProcess nginx) {
            assertThat(nginx.dividedSessions()).isGreaterThan(10);
        }
    }

    @Test
    void whatBelongsToClientsComesAlongToTheOtherNode() throws Exception {
        NodeScript.pass("cluster/moves.mjs", nodes.one().url(), nodes.other().url());
    }

    @ParameterizedTest
    @CsvSource({"nginx, polling", "nginx, websocket", "haproxy, polling", "haproxy, websocket"})
    void theJavaClientNeedsNoStickySessions(String proxy, String transport) throws Exception {
        var shop = URI.create(origin(proxy) + "/");
        var channel = "orders-" + UUID.randomUUID();
        try (var ann = new JavaClient(shop, "/socket.io/", Map.of(), transport).arrive();
                var bob = new JavaClient(shop, "/socket.io/", Map.of(), transport).arrive()) {
            var bytes = "Jürgen 名前 سلمى 😀\0".getBytes(UTF_8);
            var answer = ann.ask("echo", bytes, new JSONObject().put("deep", new JSONArray().put(bytes)));
            assertThat(answer.get(0)).isEqualTo(bytes);
            assertThat(((JSONObject) answer.get(1)).getJSONArray("deep").get(0)).isEqualTo(bytes);

            ann.ask("join", channel);
            bob.ask("join", channel);
            for (var n = 0; n < MESSAGES; n++) {
                bob.emit("placed", n, new JSONObject().put("channel", channel));
            }
            for (var n = 0; n < MESSAGES; n++) {
                assertThat(ann.hear("placed").get(0)).isEqualTo(n);
            }
            assertThat(ann.heardAllOf("placed")).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nginx", "haproxy"})
    void theFeedConversesBehindALoadBalancer(String proxy) throws Exception {
        var url = origin(proxy).replace("http:", "ws:") + "/feed";
        try (var ann = FeedClient.open(url, Map.of()).settle();
                var bob = FeedClient.open(url, Map.of()).settle();
                var eve = FeedClient.open(url, Map.of()).settle()) {
            var channel = "orders-" + UUID.randomUUID();
            ann.join(channel);
            bob.join(channel);
            bob.await("joined", m -> m.getString("channel", "").equals(channel));
            ann.await("joined", m -> m.getString("channel", "").equals(channel));
            for (var n = 1; n <= MESSAGES; n++) {
                ann.send("placed", channel, "number " + n, "o" + n);
            }
            assertHeardInOrder(bob, channel);
            assertHeardInOrder(ann, channel);
            ann.tell(bob.personId(), "for Jürgen 名前 😀 alone", "p1");
            bob.awaitMsg("private", "for Jürgen 名前 😀 alone");
            eve.sync();
            assertThat(eve.heard()).noneMatch(line -> line.contains("alone") || line.contains("placed"));
        }
    }

    private static void assertHeardInOrder(FeedClient client, String channel) {
        client.await("the last", m -> m.getInt("offset", 0) == MESSAGES);
        assertThat(client.messages("placed", channel))
                .extracting(m -> m.getInt("offset"))
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, MESSAGES).boxed().toList());
    }

    @Test
    void theFeedGoesOnAtTheOtherNodeFromThePlaceThatItsClientNames() throws Exception {
        var channel = "orders-" + UUID.randomUUID();
        try (var ann = FeedClient.open(feed(nodes.other()), Map.of())) {
            var bob = FeedClient.open(feed(nodes.one()), Map.of());
            bob.join(channel);
            bob.await("joined", m -> m.getString("channel", "").equals(channel));
            ann.send("placed", channel, "1", "o1");
            var last = bob.await("placed");
            bob.close();
            for (var n = 2; n <= MESSAGES; n++) {
                ann.send("placed", channel, "" + n, "o" + n);
            }
            ann.awaitAnswer("o" + MESSAGES);
            try (var back = FeedClient.open(feed(nodes.other()), Map.of("Cookie", bob.cookie()))) {
                back.join(channel, last);

                back.await("the last", m -> m.getInt("offset", 0) == MESSAGES);
                assertThat(back.personId()).isEqualTo(bob.personId());
                assertThat(back.messages("placed", channel))
                        .extracting(m -> m.getInt("offset"))
                        .containsExactlyElementsOf(
                                IntStream.rangeClosed(2, MESSAGES).boxed().toList());
                assertThat(back.messages("joined", channel))
                        .singleElement()
                        .matches(joined -> joined.getBoolean("recovered"));
            }
        }
    }

    @Test
    void aRedisThatIsSilentEmptiedOrStoppedCostsDelayOnly() throws Exception {
        try (var ticks = new Ticks(nodes)) {
            ticks.assertDelaysOnly(bus::die, bus::revive);
            redis.execute("FLUSHALL");
            ticks.assertDelaysOnly(redis::stop, redis::restart);
            ticks.pass();
        }
    }

    private static String feed(ServerProcess node) {
        return node.url().replace("http:", "ws:") + "feed";
    }
}
