package dev.herald;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.herald.it.FeedClient;
import dev.herald.it.HeraldWar;
import dev.herald.it.JavaClient;
import dev.herald.it.NginxProcess;
import dev.herald.it.NodeScript;
import dev.herald.it.PayaraProcess;
import dev.herald.it.RemoteJmx;
import dev.herald.it.ServerLog;
import dev.herald.it.apps.SlowHandler;
import dev.herald.it.identity.Desk;
import dev.herald.it.identity.Door;
import dev.herald.it.identity.SessionSignIn;
import dev.herald.it.identity.Vault;
import java.io.File;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.json.JSONObject;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The board with a login and a few handlers, twice on one server, at the root and at {@code /shop}: the two never meet. Each works below
 * its path, also behind a real reverse proxy that puts a prefix before it.
 */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class TwoApplicationsIT {

    private static final Path LOG =
            Path.of(System.getProperty("herald.war")).resolveSibling("server/two-applications.log");
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @TempDir
    private static Path directory;

    private static PayaraProcess server;

    @BeforeAll
    static void start() throws Exception {
        Files.createDirectories(LOG.getParent());
        Files.deleteIfExists(LOG);
        server = PayaraProcess.startTwo(
                war("root"),
                war("shop"),
                LOG.toFile(),
                "herald.board=false",
                "herald.proxies=127.0.0.1",
                "herald.recovery.max-messages=1000");
        await("the second application")
                .atMost(Duration.ofMinutes(2))
                .until(() -> get("shop/health/ready").statusCode() == 200);
    }

    private static Path war(String name) {
        var file = new File(directory.toFile(), name + ".war");
        HeraldWar.fromTheBuild()
                .addClasses(Desk.class, Door.class, SessionSignIn.class, Vault.class)
                .addPackage(SlowHandler.class.getPackage())
                .as(ZipExporter.class)
                .exportTo(file);
        return file.toPath();
    }

    @AfterAll
    static void stop() throws Exception {
        if (server != null) {
            server.close();
            assertThat(ServerLog.mistakes(LOG)).noneMatch(line -> line.contains("dev.herald"));
        }
    }

    private static FeedClient client(String path) throws Exception {
        return FeedClient.open(server.url().replace("http:", "ws:") + path + "feed", Map.of())
                .settle();
    }

    private static String history(String path) throws Exception {
        return get(path + "api/channels/news/messages").body();
    }

    private static HttpResponse<String> get(String path) throws Exception {
        return HTTP.send(HttpRequest.newBuilder(URI.create(server.url() + path)).build(), BodyHandlers.ofString());
    }

    private static String origin() {
        return server.url().replaceAll("/$", "");
    }

    @Test
    void shareNoMessages() throws Exception {
        try (var root = client("");
                var shop = client("shop/")) {
            root.news("at the root", "1");
            shop.news("in the shop", "1");

            root.awaitMsg("news", "at the root");
            shop.awaitMsg("news", "in the shop");
            root.awaitAnswer("1");
            shop.awaitAnswer("1");
            assertThat(history("")).contains("at the root").doesNotContain("in the shop");
            assertThat(history("shop/")).contains("in the shop").doesNotContain("at the root");
            assertThat(root.heard()).noneMatch(it -> it.contains("in the shop"));
            assertThat(shop.heard()).noneMatch(it -> it.contains("at the root"));
            assertThat(server.data().resolve("herald.mv.db")).exists();
            assertThat(server.data().resolve("herald-shop.mv.db")).exists();
        }
    }

    @Test
    void shareNoGuestsLoginsClientsAndThreads() throws Exception {
        NodeScript.pass("socketio/apps.mjs", origin());
    }

    @Test
    void areShownToOperatorsApart() throws Exception {
        try (var jmx = RemoteJmx.of(server)) {
            for (var type : new String[] {"Journal", "SocketIo"}) {
                assertThat(jmx.applications(type)).as(type).containsExactlyInAnyOrder("/", "/shop");
            }
            assertThat(jmx.read("Journal", "/", "Database").toString()).endsWith("herald");
            assertThat(jmx.read("Journal", "/shop", "Database").toString()).endsWith("herald-shop");
            var before = (int) jmx.read("SocketIo", "/", "Sessions");
            try (var shop = javaClient("/shop/socket.io/", "websocket").arrive()) {
                assertThat((int) jmx.read("SocketIo", "/shop", "Sessions")).isPositive();
                assertThat((int) jmx.read("SocketIo", "/", "Sessions")).isLessThanOrEqualTo(before);
            }
        }
    }

    @Test
    void everythingWorksBelowTheContextPath() throws Exception {
        NodeScript.pass("socketio/below.mjs", origin(), "/shop");
    }

    @Test
    void theJavaClientWorksBelowTheContextPath() throws Exception {
        for (var transports : new String[][] {{"polling"}, {"websocket"}, {"polling", "websocket"}}) {
            var auth = new ConcurrentHashMap<>(Map.of("resume", "{}"));
            try (var ann = javaClient("/shop/socket.io/", auth, transports).arrive();
                    var bob = javaClient("/shop/socket.io/", transports).arrive()) {
                assertThat(((JSONObject) ann.ask("who").get(0)).getString("id")).startsWith("guest-");
                var place =
                        (JSONObject) ann.ask("news", news("Jürgen 名前 سلمى 😀")).get(0);
                assertThat(bob.hear("news").get(0)).hasToString("{\"msg\":\"Jürgen 名前 سلمى 😀\"}");
                auth.put("resume", new JSONObject().put("news", place).toString());
                ann.hear("news");
                ann.cut();
                bob.ask("news", news("missed"));
                ann.arrive();
                assertThat(ann.hear("news").get(0)).hasToString("{\"msg\":\"missed\"}");
            }
        }
    }

    private static JSONObject news(String text) {
        return new JSONObject(Map.of("msg", text));
    }

    private static JavaClient javaClient(String path, String... transports) {
        return javaClient(path, Map.of(), transports);
    }

    private static JavaClient javaClient(String path, Map<String, String> auth, String... transports) {
        return new JavaClient(URI.create(origin() + "/"), path, auth, transports);
    }

    @Test
    void everythingWorksBehindAProxyThatPutsAPrefixBeforeIt() throws Exception {
        try (var nginx = NginxProcess.inFrontOf(server, LOG.resolveSibling("nginx"))) {
            NodeScript.pass("socketio/forwarded.mjs", nginx.origin(), origin());
            NodeScript.pass("socketio/below.mjs", nginx.origin(), "/live");
            NodeScript.pass("socketio/below.mjs", nginx.origin(), "/live/shop");
        }
    }

    /** The last: afterwards there is only one. */
    @Test
    @Order(Integer.MAX_VALUE)
    void oneWorksOnWhenTheOtherIsUndeployed() throws Exception {
        try (var root = client("");
                var shop = client("shop/");
                var stock = javaClient("/socket.io/", "websocket").arrive();
                var jmx = RemoteJmx.of(server)) {
            var undeployed = HTTP.send(
                    HttpRequest.newBuilder(URI.create(server.url() + "control?undeploy=shop"))
                            .POST(BodyPublishers.noBody())
                            .build(),
                    BodyHandlers.ofString());

            assertThat(undeployed.statusCode()).as(undeployed.body()).isEqualTo(200);
            assertThat(shop.awaitClose().getCloseCode().getCode()).isIn(1001, 1012);
            assertThat(get("shop/health/ready").statusCode()).isEqualTo(404);
            assertThat(jmx.applications("Journal")).containsExactly("/");
            assertThat(jmx.applications("SocketIo")).containsExactly("/");
            root.news("I am still here", "1");
            root.awaitMsg("news", "I am still here");
            stock.hear("news");
            assertThat(stock.ask("who")).hasSize(1);
            assertThat(get("health/ready").statusCode()).isEqualTo(200);
        }
    }
}
