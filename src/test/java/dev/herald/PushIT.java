package dev.herald;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.herald.it.JavaClient;
import dev.herald.it.TwoNodes;
import dev.herald.push.PushBrowser;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.json.JSONException;
import org.json.JSONObject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Who is not there is told by Web Push, once, of private messages and mentions. The push service is one of the test's own; the two who talk
 * are at two nodes of one board.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class PushIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String ANN = "AnnAnnAnnAnnAnnAnnAnnAnn";
    private static final String BOB = "BobBobBobBobBobBobBobBob";

    private final PushBrowser browser = new PushBrowser();
    private final BlockingQueue<Pushed> pushes = new LinkedBlockingQueue<>();
    private volatile int status = 201;
    private HttpServer service;
    private TwoNodes nodes;
    private String key;

    /** What the push service was given. */
    private record Pushed(String path, String authorization, String base64) {}

    @BeforeEach
    void start() throws Exception {
        service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        service.createContext("/", this::take);
        service.start();
        nodes = TwoNodes.start(
                "push",
                Path.of(System.getProperty("herald.war")),
                "herald.push.services=" + origin(),
                "herald.push.contact=mailto:admin@example.org");
    }

    @AfterEach
    void stop() throws Exception {
        service.stop(0);
        if (nodes != null) {
            nodes.close();
        }
    }

    private String origin() {
        return "http://127.0.0.1:" + service.getAddress().getPort();
    }

    private void take(HttpExchange exchange) throws IOException {
        try (exchange) {
            pushes.add(new Pushed(
                    exchange.getRequestURI().getPath(),
                    exchange.getRequestHeaders().getFirst("Authorization"),
                    Base64.getEncoder().encodeToString(exchange.getRequestBody().readAllBytes())));
            exchange.sendResponseHeaders(status, -1);
        }
    }

    /** The next message that the browser gets, wherever it was pushed to. */
    private JSONObject next(String path) throws Exception {
        var pushed = pushes.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(pushed).as("a push to %s", path).isNotNull();
        assertThat(pushed.path()).isEqualTo(path);
        var claims = new JSONObject(browser.claims(pushed.authorization(), key));
        assertThat(claims.getString("aud")).isEqualTo(origin());
        assertThat(claims.getString("sub")).isEqualTo("mailto:admin@example.org");
        assertThat(claims.getLong("exp"))
                .isBetween(
                        Instant.now().getEpochSecond(),
                        Instant.now().plus(Duration.ofHours(24)).getEpochSecond());
        return new JSONObject(browser.read(Base64.getDecoder().decode(pushed.base64())));
    }

    private JavaClient ann() throws IOException {
        return JavaClient.ofGuest(URI.create(nodes.one().url()), ANN, "Ann").arrive();
    }

    private JavaClient bob() throws IOException {
        return JavaClient.ofGuest(URI.create(nodes.other().url()), BOB, "Bob").arrive();
    }

    private JSONObject ask(JavaClient client, String event, Map<String, ?> data) throws Exception {
        return (JSONObject) client.ask(event, new JSONObject(data)).get(0);
    }

    private JSONObject subscription(String endpoint, String language) throws JSONException {
        return new JSONObject(Map.of(
                "endpoint", endpoint,
                "keys", Map.of("p256dh", browser.key(), "auth", browser.secret()),
                "language", language));
    }

    private JSONObject subscribe(JavaClient client, String endpoint, String language) throws Exception {
        return (JSONObject)
                client.ask("board:push-on", subscription(endpoint, language)).get(0);
    }

    private static String code(JSONObject answer) throws JSONException {
        return answer.getJSONObject("error").getString("code");
    }

    private void say(JavaClient client, String channel, String text) throws Exception {
        var event = channel.equals("news") ? "news" : "message";
        var answer = (JSONObject)
                client.ask(event, new JSONObject(Map.of("msg", text)), new JSONObject(Map.of("channel", channel)))
                        .get(0);
        assertThat(answer.has("error")).as(answer.toString()).isFalse();
    }

    private void write(JavaClient client, String to, String text) throws Exception {
        var answer = ask(client, "private", Map.of("to", to, "msg", text));
        assertThat(answer.has("error")).as(answer.toString()).isFalse();
    }

    private void awaitState(JavaClient client, String state) {
        await("Bob is " + state).atMost(PATIENCE).untilAsserted(() -> {
            var people = ask(client, "board:names", Map.of("prefix", "Bob")).getJSONArray("people");
            assertThat(
                            people.length() == 0
                                    ? "offline"
                                    : people.getJSONObject(0).getString("state"))
                    .isEqualTo(state);
        });
    }

    @Test
    void whoIsNotThereIsToldOnceOfWhatConcernsThePerson() throws Exception {
        try (var ann = ann()) {
            String id;
            try (var bob = bob()) {
                id = ask(bob, "board:open", Map.of()).getJSONObject("self").getString("id");
                key = ask(bob, "board:push-key", Map.of()).getString("key");
                assertThat(ask(ann, "board:push-key", Map.of()).getString("key"))
                        .as("both nodes have the same key")
                        .isEqualTo(key);
                refusesWhatIsNoDeviceOrOfAForeignService(bob);
                assertThat(subscribe(bob, origin() + "/bob", "de").has("error")).isFalse();
                ask(bob, "board:make", Map.of("channel", "orders", "name", "orders"));
                ask(bob, "board:enter", Map.of("channel", "orders"));
                awaitState(ann, "here");
                write(ann, id, "Bob is here");
                say(ann, "news", "hello @Bob, you are here");
                tellsWhoIsAway(ann, bob, id);
            }
            awaitState(ann, "offline");
            tellsOfMessagesAndMentions(ann, id);
            forgetsADeviceThatIsGone(ann, id);
        }
    }

    private void refusesWhatIsNoDeviceOrOfAForeignService(JavaClient bob) throws Exception {
        assertThat(code(subscribe(bob, "https://push.example/1", "en"))).isEqualTo("service-unknown");
        assertThat(code(subscribe(bob, "http://127.0.0.1:1/", "en"))).isEqualTo("service-unknown");
        assertThat(code(subscribe(bob, "nowhere", "en"))).isEqualTo("device-invalid");
        assertThat(code(ask(bob, "board:push-on", Map.of("endpoint", origin() + "/x"))))
                .isEqualTo("device-invalid");
        assertThat(code(ask(
                        bob,
                        "board:push-on",
                        Map.of(
                                "endpoint",
                                origin() + "/x",
                                "keys",
                                Map.of("p256dh", "B" + "A".repeat(86), "auth", browser.secret())))))
                .as("a point beside the curve")
                .isEqualTo("device-invalid");
    }

    private void tellsWhoIsAway(JavaClient ann, JavaClient bob, String id) throws Exception {
        ask(bob, "board:away", Map.of("away", true));
        awaitState(ann, "away");
        write(ann, id, "Bob is away");
        assertThat(next("/bob").getString("body")).as("and nothing before").isEqualTo("Bob is away");
        ask(bob, "board:away", Map.of("away", false));
        awaitState(ann, "here");
        write(ann, id, "Bob is here again");
    }

    private void tellsOfMessagesAndMentions(JavaClient ann, String id) throws Exception {
        write(ann, id, "Grüße, 名前 😀");
        var message = next("/bob");
        assertThat(message.getString("title")).isEqualTo("Ann");
        assertThat(message.getString("body")).isEqualTo("Grüße, 名前 😀");
        assertThat(message.getString("conversation")).startsWith("@guest-");

        say(ann, "strangers", "hello @Bob, who is not in this channel");
        say(ann, "news", "hello everyone, and @Bobby");
        say(ann, "orders", "@bob, 名前 😀");
        var mention = next("/bob");
        assertThat(mention.getString("title")).isEqualTo("Ann in #orders");
        assertThat(mention.getString("body")).as("texts of channels stay here").isEqualTo("Sie werden erwähnt");
        assertThat(mention.getString("conversation")).isEqualTo("#orders");
        say(ann, "news", "hello @Bob");
        assertThat(next("/bob").getString("conversation")).isEqualTo("#news");
    }

    private void forgetsADeviceThatIsGone(JavaClient ann, String id) throws Exception {
        status = 410;
        write(ann, id, "the browser is gone");
        assertThat(next("/bob").getString("body")).isEqualTo("the browser is gone");
        status = 201;
        try (var bob = bob()) {
            subscribe(bob, origin() + "/tablet", "en");
            subscribe(bob, origin() + "/phone", "en");
            ask(bob, "board:push-off", Map.of("endpoint", origin() + "/tablet"));
            awaitState(ann, "here");
        }
        awaitState(ann, "offline");
        write(ann, id, "on the phone alone");
        assertThat(next("/phone").getString("body")).isEqualTo("on the phone alone");
        write(ann, id, "and once more");
        assertThat(next("/phone").getString("body")).isEqualTo("and once more");
        assertThat(pushes).isEmpty();
    }
}
