package dev.herald;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.herald.it.FeedClient;
import dev.herald.it.NodeScript;
import dev.herald.it.PayaraProcess;
import dev.herald.it.RawWebSocket;
import dev.herald.it.ServerProcess;
import dev.herald.it.TomEeProcess;
import dev.herald.it.WildFlyProcess;
import jakarta.websocket.CloseReason.CloseCodes;
import jakarta.websocket.DeploymentException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The released WAR on the server that the Maven profile names: what has to be alike on all of them. Without a profile,
 * {@code -Dgroups=portability -DexcludedGroups=} runs it on Payara Micro.
 */
@Tag("portability")
class PortabilityIT {

    private static final String SERVER = System.getProperty("server.name");

    private static ServerProcess server;
    private static String feed;

    @BeforeAll
    static void start() throws Exception {
        var log = Path.of(System.getProperty("herald.war")).resolveSibling("server/" + SERVER + ".log");
        Files.deleteIfExists(log);
        server = switch (SERVER) {
            case "payara-micro" -> PayaraProcess.start(log.toFile());
            case "tomee" -> TomEeProcess.start(log.toFile());
            case "wildfly" -> WildFlyProcess.start(log.toFile());
            default -> throw new IllegalArgumentException("server.name is " + SERVER);
        };
        feed = server.url().replace("http:", "ws:") + "feed";
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    private static FeedClient guest() throws Exception {
        return FeedClient.open(feed, Map.of());
    }

    private static String unique(String word) {
        return word + "-" + UUID.randomUUID();
    }

    private static HttpResponse<String> get(String path) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(server.url() + path)).build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
    }

    @Test
    void healthIsTold() throws Exception {
        for (var path : new String[] {"health/live", "health/ready"}) {
            var response = get(path);

            assertThat(response.statusCode()).as(path).isEqualTo(200);
            assertThat(response.body()).as(path).isEqualTo("{\"status\":\"UP\"}");
        }
    }

    @Test
    void thePageShowsWhatTheLogHolds() throws Exception {
        try (var ann = FeedClient.open(feed + "?name=Ann", Map.of())) {
            var text = unique("<b>é☃😀</b> #{7*7}");
            ann.news(text, "n1");
            ann.awaitAnswer("n1");

            var page = get("");
            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(page.headers().firstValue("Content-Type").orElseThrow())
                    .isEqualToIgnoringCase("text/html;charset=UTF-8");
            assertThat(page.body())
                    .contains(text.replace("<", "&lt;").replace(">", "&gt;"))
                    .contains("Ann");
            assertThat(page.headers().firstValue("Content-Security-Policy")).isPresent();
            assertThat(page.headers().allValues("Set-Cookie"))
                    .filteredOn(cookie -> cookie.startsWith("herald-guest="))
                    .singleElement()
                    .asString()
                    .contains("HttpOnly", "SameSite=Lax");
            assertThat(get("board/board.js").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void whatIsNotThereIsAnsweredByAPageOfOurOwn() throws Exception {
        for (var path : new String[] {"nothing/here", "openapi/application.wadl", "WEB-INF/web.xml"}) {
            var response = get(path);

            assertThat(response.statusCode()).as(path).isEqualTo(404);
            // WildFly asks no application about what is below WEB-INF.
            if (!path.startsWith("WEB-INF") || !SERVER.equals("wildfly")) {
                assertThat(response.body()).as(path).contains("There is nothing here", "Open the message board");
            }
            assertThat(response.body())
                    .as(path)
                    .doesNotContainIgnoringCase(
                            "payara", "tomcat", "tomee", "wildfly", "undertow", "jersey", "exception", "version");
        }
        assertThat(get("favicon.ico").statusCode()).isEqualTo(200);
        assertThat(get("robots.txt").body()).contains("User-agent: *");
    }

    @Test
    void newsReachesEveryone() throws Exception {
        try (var ann = guest();
                var bob = guest().settle()) {
            var text = unique("é☃😀 \u2028");
            ann.news(text, "c1");

            var ack = ann.awaitAnswer("c1");
            var news = bob.awaitMsg("news", text);
            ann.awaitMsg("news", text);
            assertThat(news.getString("from")).isEqualTo(ann.personId()).startsWith("guest-");
            assertThat(news.getJsonNumber("offset")).isEqualTo(ack.getJsonNumber("offset"));
            assertThat(news.getString("epoch")).isEqualTo(ack.getString("epoch"));
            assertThat(ack.getBoolean("duplicate")).isFalse();
        }
    }

    @Test
    void privateMessagesReachOnePerson() throws Exception {
        try (var ann = guest().settle();
                var bob = guest().settle();
                var eve = guest().settle()) {
            var text = unique("for you");
            ann.tell(bob.personId(), text, "p1");

            assertThat(bob.awaitMsg("private", text).getString("from")).isEqualTo(ann.personId());
            eve.sync();
            assertThat(eve.heard()).noneMatch(message -> message.contains(text));
        }
    }

    @Test
    void theCookieSaysWhoComesBack() throws Exception {
        try (var ann = guest();
                var again = FeedClient.open(feed, Map.of("Cookie", ann.cookie()))) {
            assertThat(again.personId()).isEqualTo(ann.personId());
        }
    }

    @Test
    void aClientThatWasCutOffResumesWithoutHoleOrDouble() throws Exception {
        var channel = unique("orders");
        try (var ann = guest();
                var bob = guest()) {
            bob.join(channel);
            bob.await("joined", m -> m.getString("channel", "").equals(channel));
            ann.send("placed", channel, "1", "o1");
            var last = bob.await("placed");
            bob.close();
            for (var n = 2; n <= 50; n++) {
                ann.send("placed", channel, "" + n, "o" + n);
            }
            ann.awaitAnswer("o50");
            try (var back = guest()) {
                back.join(channel, last);
                ann.send("placed", channel, "51", "o51");

                back.await("the last", m -> m.getInt("offset", 0) == 51);
                assertThat(back.messages("placed", channel))
                        .extracting(m -> m.getInt("offset"))
                        .containsExactlyElementsOf(
                                IntStream.rangeClosed(2, 51).boxed().toList());
                assertThat(back.messages("joined", channel))
                        .singleElement()
                        .matches(joined -> joined.getBoolean("recovered"));
            }
        }
    }

    @Test
    void badMessagesAreAnsweredAndTheConnectionLives() throws Exception {
        try (var client = guest()) {
            client.send("not JSON");
            client.await("malformed", m -> m.getString("code", "").equals("malformed"));

            client.news("still here", "n1");
            assertThat(client.awaitAnswer("n1").getString("event")).isEqualTo("ack");
        }
    }

    @Test
    void messagesBuiltToHurtAreRefusedOrCloseTheConnectionTheyCameBy() throws Exception {
        try (var healthy = guest().settle();
                var deep = guest();
                var large = guest();
                var binary = new RawWebSocket(URI.create(feed).getPort(), "/feed")) {
            deep.send("[".repeat(10_000));
            large.send("{\"event\":\"news\",\"data\":\"" + "x".repeat(70_000) + "\"}");
            binary.send(true, 2, new byte[] {1, 2, 3});

            deep.await("malformed", m -> "malformed".equals(m.getString("code", "")));
            deep.sync();
            assertThat(large.awaitClose().getCloseCode()).isEqualTo(CloseCodes.TOO_BIG);
            assertThat(binary.readToClose()).isEqualTo(CloseCodes.CANNOT_ACCEPT.getCode());
            healthy.sync();
        }
    }

    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void theStockSocketIoClientConversesByPollingByWebSocketAndUpgraded() throws Exception {
        NodeScript.pass("socketio/conversation.mjs", server.url());
    }

    @Test
    void longTextsArriveAsTheyWereWritten() throws Exception {
        try (var ann = guest();
                var bob = guest().settle()) {
            var text = unique("é".repeat(20_000));
            ann.news(text, "l1");

            ann.awaitAnswer("l1");
            bob.awaitMsg("news", text);
        }
    }

    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void manyShareADocumentByEveryRoad() throws Exception {
        NodeScript.pass("socketio/documents.mjs", server.url());
    }

    @Test
    void pagesOfForeignOriginsAreRefused() {
        assertThatThrownBy(() -> FeedClient.open(feed, Map.of("Origin", "https://evil.example")))
                .isInstanceOf(DeploymentException.class);
    }
}
