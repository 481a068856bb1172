package dev.herald;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.herald.it.EventsClient;
import dev.herald.it.FeedClient;
import dev.herald.it.NodeScript;
import dev.herald.it.PayaraProcess;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The HTTP API of the released WAR on a real server: {@code docs/http.md}. */
@Timeout(120)
class HttpApiIT {

    private static final Path LOG = Path.of(System.getProperty("herald.war")).resolveSibling("server/http.log");
    /** Of curl, when it has listened for as long as it was told to. */
    private static final int TIMED_OUT = 28;

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static PayaraProcess server;

    @BeforeAll
    static void start() throws IOException {
        Files.createDirectories(LOG.getParent());
        Files.deleteIfExists(LOG);
        server = PayaraProcess.start(
                LOG.toFile(),
                "herald.board=false",
                "herald.quota=off",
                // Listeners that are gone are noticed when they are written to.
                "herald.ping-interval=5000",
                "herald.channels.memory=brief-*",
                "herald.memory.messages-per-channel=50");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void theDescriptionIsValidByTheOfficialSchema() throws Exception {
        NodeScript.pass("http/openapi.mjs", server.url());
    }

    @Test
    void whatIsPublishedReachesClientsOfOtherProtocolsAndARepeatNobody() throws Exception {
        var channel = unique("orders");
        try (var feed = FeedClient.open(feedUrl(), Map.of())) {
            feed.join(channel);
            feed.await("joined", m -> m.getString("channel", "").equals(channel));
            var body = "{\"event\":\"placed\",\"data\":\"Jürgen 名前 سلمى 😀\"}";
            var cookie = "herald-guest=" + "s".repeat(30);
            var first = post("channels/" + channel + "/messages", body, "Cookie", cookie, "Idempotency-Key", "k1");
            var again = post("channels/" + channel + "/messages", body, "Cookie", cookie, "Idempotency-Key", "k1");
            var reused = post(
                    "channels/" + channel + "/messages",
                    "{\"event\":\"x\"}",
                    "Cookie",
                    cookie,
                    "Idempotency-Key",
                    "k1");
            post("channels/" + channel + "/messages", "{\"event\":\"last\"}");

            assertThat(first.statusCode()).as(first.body()).isEqualTo(201);
            assertThat(json(first.body()).getString("kind")).isEqualTo("durable");
            assertThat(again.statusCode()).isEqualTo(200);
            assertThat(json(again.body()).getBoolean("duplicate")).isTrue();
            assertThat(json(again.body()).getInt("offset"))
                    .isEqualTo(json(first.body()).getInt("offset"));
            assertThat(reused.statusCode()).isEqualTo(422);
            feed.await("last");
            assertThat(feed.messages("placed", channel)).singleElement().satisfies(message -> {
                assertThat(message.getString("data")).isEqualTo("Jürgen 名前 سلمى 😀");
                assertThat(message.getString("from")).startsWith("guest-");
            });
            assertThat(get("channels/" + channel + "/messages?limit=1").body()).contains("\"event\":\"last\"");
        }
    }

    @Test
    void privateMessagesReachTheirPerson() throws Exception {
        try (var feed = FeedClient.open(feedUrl(), Map.of()).settle()) {
            var told = post("users/" + feed.personId() + "/messages", "{\"data\":{\"msg\":\"for you\"}}");
            var unicode = post(
                    "users/" + URLEncoder.encode("Jürgen 😀", UTF_8).replace("+", "%20") + "/messages", "{\"data\":1}");

            assertThat(told.statusCode()).isEqualTo(201);
            feed.awaitMsg("private", "for you");
            assertThat(json(unicode.body()).getString("channel"))
                    .startsWith("user:")
                    .contains("rgen");
        }
    }

    @Test
    void listenersThatAreCutGoOnWithoutHoleOrDouble() throws Exception {
        var one = unique("one");
        var two = unique("two");
        var messages = 600;
        var query = "channel=" + one + "&channel=" + two;
        var random = new Random(7);
        var got = Map.of(one, new ArrayList<Integer>(), two, new ArrayList<Integer>());
        var first = new EventsClient(server.port(), query, null);
        assertThat(first.head()).startsWith("HTTP/1.1 200 ").contains("text/event-stream");
        assertThat(first.next().name()).isEqualTo("joined");
        assertThat(first.next().name()).isEqualTo("joined");
        var id = first.lastId();
        first.reset();
        var publishing = CompletableFuture.runAsync(() -> IntStream.rangeClosed(1, messages)
                .forEach(
                        n -> postUnchecked("channels/" + (n % 2 == 0 ? one : two) + "/messages", "{\"event\":\"n\"}")));
        var cuts = 0;
        while (got.get(one).size() + got.get(two).size() < messages) {
            try (var ear = new EventsClient(server.port(), query, id)) {
                for (var left = random.nextInt(60); left >= 0; left--) {
                    var event = ear.next();
                    assertThat(event.name()).isIn("joined", "n");
                    if (event.name().equals("n")) {
                        var data = json(event.data());
                        got.get(data.getString("channel")).add(data.getInt("offset"));
                        if (got.get(one).size() + got.get(two).size() == messages) {
                            break;
                        }
                    }
                }
                id = ear.lastId();
                ear.reset();
                cuts++;
            }
        }
        publishing.join();

        var all = IntStream.rangeClosed(1, messages / 2).boxed().toList();
        assertThat(got.get(one)).containsExactlyElementsOf(all);
        assertThat(got.get(two)).containsExactlyElementsOf(all);
        assertThat(cuts).isGreaterThan(10);
        await("nobody is there any more").atMost(Duration.ofSeconds(60)).until(() -> people(one) == 0);
    }

    @Test
    void whatIsMissingIsTold() throws Exception {
        var channel = unique("brief");
        String id;
        try (var ear = new EventsClient(server.port(), "channel=" + channel, null)) {
            ear.next("joined");
            id = ear.lastId();
        }
        for (var n = 1; n <= 60; n++) {
            post("channels/" + channel + "/messages", "{\"event\":\"n\"}");
        }
        try (var ear = new EventsClient(server.port(), "channel=" + channel, id)) {
            assertThat(json(ear.next("gap").data()).getString("reason")).isEqualTo("trimmed");
            post("channels/" + channel + "/messages", "{\"event\":\"n\"}");
            assertThat(json(ear.next("n").data()).getInt("offset")).isEqualTo(61);
        }
    }

    @Test
    void whoListensIsPresentUntilItIsGone() throws Exception {
        var channel = unique("room");
        try (var ear = new EventsClient(server.port(), "channel=" + channel, null)) {
            ear.next("joined");
            assertThat(people(channel)).isEqualTo(1);
        }
        // Servers notice that a client has gone when they write to it.
        await("nobody is there").atMost(Duration.ofSeconds(60)).until(() -> {
            post("channels/" + channel + "/messages", "{\"event\":\"n\"}");
            return people(channel) == 0;
        });
    }

    @Test
    void theExamplesOfThePageWork() throws Exception {
        var page = Files.readString(Path.of("docs/http.md"));
        var examples = Pattern.compile("```sh\n(.*?)```", Pattern.DOTALL).matcher(page);
        var folder = Files.createTempDirectory(LOG.getParent(), "curl");
        var count = 0;
        for (; examples.find(); count++) {
            var command = examples.group(1).replace("http://localhost:8080/", server.url());
            var shell = new ProcessBuilder("bash", "-ec", command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .start();
            var said = new String(shell.getInputStream().readAllBytes(), UTF_8);

            assertThat(shell.waitFor()).as(command + said).isIn(0, TIMED_OUT);
            assertThat(said).as(command).contains(count == 0 ? "\"duplicate\":false" : "event: joined");
        }
        assertThat(count).isEqualTo(2);
    }

    /** Each listener of these tests is a guest of its own. */
    private static int people(String channel) throws Exception {
        return json(get("presence/" + channel).body()).getInt("count");
    }

    private static String feedUrl() {
        return server.url().replace("http:", "ws:") + "feed";
    }

    private static String unique(String word) {
        return word + "-" + UUID.randomUUID();
    }

    private static HttpResponse<String> get(String path) throws Exception {
        return HTTP.send(
                HttpRequest.newBuilder(URI.create(server.url() + "api/" + path)).build(), BodyHandlers.ofString());
    }

    private static HttpResponse<String> post(String path, String body, String... headers) throws Exception {
        var all = new ArrayList<>(List.of("Content-Type", "application/json"));
        all.addAll(List.of(headers));
        return send("POST", path, body, all.toArray(String[]::new));
    }

    private static HttpResponse<String> send(String method, String path, String body, String... headers)
            throws Exception {
        return HTTP.send(
                HttpRequest.newBuilder(URI.create(server.url() + "api/" + path))
                        .method(method, BodyPublishers.ofString(body))
                        .headers(headers)
                        .build(),
                BodyHandlers.ofString());
    }

    private static void postUnchecked(String path, String body) {
        try {
            assertThat(post(path, body).statusCode()).isEqualTo(201);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static JsonObject json(String text) {
        try (var reader = Json.createReader(new StringReader(text))) {
            return reader.readObject();
        }
    }
}
