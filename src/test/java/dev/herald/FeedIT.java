package dev.herald;

import static dev.herald.it.ServerUnderTest.FEED;
import static dev.herald.it.ServerUnderTest.PORT;
import static dev.herald.it.ServerUnderTest.RELAY;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.herald.it.FeedClient;
import dev.herald.it.HeraldWar;
import dev.herald.it.RawWebSocket;
import dev.herald.it.ServerUnderTest;
import jakarta.json.JsonObject;
import jakarta.websocket.CloseReason;
import java.net.URLEncoder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The feed of the released WAR on a real server, by a real client. */
@ArquillianTest
@RunAsClient
class FeedIT {

    private static final long MEGABYTE = 1024 * 1024;

    @Deployment(testable = false)
    static WebArchive herald() {
        return HeraldWar.fromTheBuild();
    }

    private static FeedClient guest() throws Exception {
        return FeedClient.open(FEED, Map.of());
    }

    private static FeedClient withCookieOf(FeedClient other) throws Exception {
        return FeedClient.open(FEED, Map.of("Cookie", other.cookie()));
    }

    private static String unique(String word) {
        return word + "-" + UUID.randomUUID();
    }

    @Test
    void newsReachesEveryoneWithWhatTheServerKnowsOfIt() throws Exception {
        try (var ann = FeedClient.open(FEED + "?name=Ann", Map.of());
                var bob = guest().settle()) {
            var text = unique("<script>alert(1)</script> #{7*7} 😀");
            ann.news(text, "c1");

            var ack = ann.awaitAnswer("c1");
            var news = bob.awaitMsg("news", text);
            assertThat(news.getString("from")).isEqualTo(ann.personId()).startsWith("guest-");
            assertThat(news.getString("name")).isEqualTo("Ann");
            assertThat(news.getString("channel")).isEqualTo("news");
            assertThat(news.getString("at")).matches("20..-..-..T..:..:.*Z");
            assertThat(news.getJsonNumber("offset")).isEqualTo(ack.getJsonNumber("offset"));
            assertThat(news.getString("epoch")).isEqualTo(ack.getString("epoch"));
            assertThat(ack.getBoolean("duplicate")).isFalse();
            assertThat(ack.getString("kind")).isEqualTo("durable");
        }
    }

    @Test
    void nobodySpeaksForAnother() throws Exception {
        try (var ann = guest();
                var bob = guest().settle()) {
            ann.send(
                    "{\"event\":\"news\",\"data\":{\"msg\":\"I am the admin\"},\"from\":\"admin\",\"name\":\"admin\"}");

            assertThat(bob.awaitMsg("news", "I am the admin").getString("from")).isEqualTo(ann.personId());
        }
    }

    @Test
    void privateMessagesReachBothTabsOfOnePersonAndNobodyElse() throws Exception {
        try (var ann = guest().settle();
                var tab = guest().settle();
                var otherTab = withCookieOf(tab).settle();
                var eve = guest().settle()) {
            assertThat(otherTab.personId()).isEqualTo(tab.personId());
            var text = unique("for you");
            ann.tell(tab.personId(), text, "p1");

            assertThat(tab.awaitMsg("private", text).getString("from")).isEqualTo(ann.personId());
            otherTab.awaitMsg("private", text);
            assertThat(ann.awaitMsg("sent", text).getString("to")).isEqualTo(tab.personId());
            eve.sync();
            assertThat(eve.heard()).noneMatch(message -> message.contains(text));
            assertThat(ann.messages("private", tab.privateChannel())).isEmpty();
        }
    }

    @Test
    void anOfflinePersonGetsPrivateMessagesOnComingBack() throws Exception {
        String cookie;
        String personId;
        JsonObject position;
        try (var bob = guest()) {
            cookie = bob.cookie();
            personId = bob.personId();
            position = bob.await(
                    "joined own",
                    m -> m.getString("event").equals("joined")
                            && m.getString("channel").equals(bob.privateChannel()));
        }
        var text = unique("while you were away");
        try (var ann = guest()) {
            ann.tell(personId, text, "p1");
            assertThat(ann.awaitAnswer("p1").getString("event")).isEqualTo("ack");
        }
        try (var back = FeedClient.open(FEED, Map.of("Cookie", cookie))) {
            back.send("{\"event\":\"join\",\"channel\":\"private\",\"since\":{\"epoch\":\""
                    + position.getString("epoch") + "\",\"offset\":" + position.getJsonNumber("head") + "}}");

            back.awaitMsg("private", text);
            assertThat(back.messages("joined", back.privateChannel()).get(0).getBoolean("recovered"))
                    .isTrue();
        }
    }

    @Test
    void aGuestCannotReadOrWriteAnothersPrivateChannel() throws Exception {
        try (var bob = guest().settle();
                var eve = guest()) {
            var channel = bob.privateChannel();
            eve.send("{\"event\":\"join\",\"channel\":\"" + channel + "\",\"id\":\"j1\"}");
            eve.send("anything", channel, "forged", "w1");

            assertThat(eve.awaitAnswer("j1").getString("code")).isEqualTo("channel-forbidden");
            assertThat(eve.awaitAnswer("w1").getString("code")).isEqualTo("channel-forbidden");
            eve.sync();
            bob.sync();
            assertThat(bob.heard()).noneMatch(message -> message.contains("forged"));
        }
    }

    @Test
    void theCountIsRightAfterAStormOfComingsAndGoings() throws Exception {
        try (var watcher = guest().settle()) {
            var storm = new ArrayList<CompletableFuture<?>>();
            for (var thread = 0; thread < 8; thread++) {
                storm.add(
                        CompletableFuture.runAsync(() -> IntStream.range(0, 15).forEach(n -> comeAndGo())));
            }
            CompletableFuture.allOf(storm.toArray(CompletableFuture[]::new)).join();

            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(lastCount(watcher)).isEqualTo(1));
            try (var another = guest()) {
                assertThat(another.await("private").getJsonObject("data").getString("msg"))
                        .isEqualTo("Welcome you are the 2 person here");
                await().untilAsserted(() -> assertThat(lastCount(watcher)).isEqualTo(2));
            }
            await().untilAsserted(() -> assertThat(lastCount(watcher)).isEqualTo(1));
        }
    }

    private static void comeAndGo() {
        try (var client = guest()) {
            client.await("connected");
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static int lastCount(FeedClient watcher) {
        var news = watcher.messages("news", "news").stream()
                .filter(m -> !m.containsKey("from"))
                .toList();
        return news.get(news.size() - 1).getJsonObject("data").getInt("count");
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
            for (var n = 2; n <= 300; n++) {
                ann.send("placed", channel, "" + n, "o" + n);
            }
            ann.awaitAnswer("o300");
            try (var back = guest()) {
                back.join(channel, last);
                for (var n = 301; n <= 400; n++) {
                    ann.send("placed", channel, "" + n, "o" + n);
                }
                ann.awaitAnswer("o400");

                await().atMost(Duration.ofSeconds(20))
                        .untilAsserted(() -> assertThat(offsets(back, channel))
                                .containsExactlyElementsOf(
                                        LongStream.rangeClosed(2, 400).boxed().toList()));
                assertThat(back.messages("joined", channel).get(0).getBoolean("recovered"))
                        .isTrue();
            }
        }
    }

    private static List<Long> offsets(FeedClient client, String channel) {
        return client.messages("placed", channel).stream()
                .map(m -> m.getJsonNumber("offset").longValue())
                .toList();
    }

    @Test
    void newsIsResumedAsWell() throws Exception {
        JsonObject last;
        try (var bob = guest()) {
            bob.news("mine", "n1");
            last = bob.awaitAnswer("n1");
        }
        var text = unique("missed");
        try (var ann = guest()) {
            ann.news(text, "n2");
            ann.awaitAnswer("n2");
        }
        try (var back = guest()) {
            back.join("news", last);
            back.awaitMsg("news", text);
            back.sync();

            var offsets = back.messages("news", "news").stream()
                    .map(m -> m.getJsonNumber("offset").longValue())
                    .toList();
            assertThat(offsets.get(0)).isEqualTo(last.getJsonNumber("offset").longValue() + 1);
            assertThat(offsets).isSorted().doesNotHaveDuplicates();
        }
    }

    @Test
    void lossIsToldWithItsReason() throws Exception {
        try (var client = guest()) {
            client.send("{\"event\":\"join\",\"channel\":\"news\",\"since\":{\"epoch\":\"another\",\"offset\":3}}");

            var joined = client.await("joined");
            assertThat(joined.getBoolean("recovered")).isFalse();
            assertThat(joined.getString("reason")).isEqualTo("epoch");
        }
    }

    @Test
    void aRepeatedMessageIsTheSameMessage() throws Exception {
        try (var ann = guest();
                var again = withCookieOf(ann)) {
            var text = unique("once");
            ann.news(text, "same");
            var first = ann.awaitAnswer("same");
            again.news(text, "same");
            var second = again.awaitAnswer("same");
            again.news("something else", "same");
            again.await("error");

            assertThat(second.getBoolean("duplicate")).isTrue();
            assertThat(second.getJsonNumber("offset")).isEqualTo(first.getJsonNumber("offset"));
            assertThat(again.await("error").getString("code")).isEqualTo("id-reused");
            ann.sync();
            assertThat(ann.heard().stream().filter(m -> m.contains(text) && !m.contains("\"ack\"")))
                    .hasSize(1);
        }
    }

    @Test
    void pagesOfForeignOriginsAreRefused() {
        for (var origin : List.of(
                "https://evil.example",
                "null",
                "http://127.0.0.1:" + (PORT + 1),
                "http://127.0.0.1." + "evil.example")) {
            assertThatThrownBy(() -> FeedClient.open(FEED, Map.of("Origin", origin)))
                    .as(origin)
                    .hasStackTraceContaining("403");
        }
    }

    @Test
    void pagesOfTheSameHostAreNot() throws Exception {
        try (var client = FeedClient.open(FEED, Map.of("Origin", "http://127.0.0.1:" + PORT))) {
            client.await("connected");
        }
    }

    @Test
    void badMessagesAreAnsweredAndTheConnectionLives() throws Exception {
        try (var client = guest()) {
            client.send("not JSON");
            client.await("malformed", m -> "malformed".equals(m.getString("code", "")));
            client.send("{\"event\":\"joined\",\"channel\":\"a\"}");
            client.await("reserved", m -> "event-reserved".equals(m.getString("code", "")));

            client.news("still here", "n1");
            assertThat(client.awaitAnswer("n1").getString("event")).isEqualTo("ack");
        }
    }

    @Test
    void messagesBuiltToHurtAreRefusedOrCloseTheConnectionTheyCameBy() throws Exception {
        try (var healthy = guest().settle();
                var deep = guest();
                var large = guest()) {
            deep.send("[".repeat(10_000));
            large.send("{\"event\":\"news\",\"data\":\"" + "x".repeat(70_000) + "\"}");

            deep.await("malformed", m -> "malformed".equals(m.getString("code", "")));
            deep.sync();
            assertThat(large.awaitClose().getCloseCode()).isEqualTo(CloseReason.CloseCodes.TOO_BIG);
            healthy.sync();
        }
        try (var binary = new RawWebSocket(PORT, "/feed")) {
            binary.send(true, 2, new byte[] {1, 2, 3});
            assertThat(binary.readToClose()).isEqualTo(1003);
        }
    }

    @Test
    void fragmentsWithoutEndCostNoMemory() throws Exception {
        var before = ServerUnderTest.liveHeap();
        var fragment = "x".repeat(16_000).getBytes(UTF_8);
        try (var raw = new RawWebSocket(PORT, "/feed")) {
            var closing = CompletableFuture.supplyAsync(() -> closeCode(raw));
            raw.send(false, 1, fragment);
            for (var sent = 0L; sent < 120 * MEGABYTE && !closing.isDone(); sent += fragment.length) {
                raw.send(false, 0, fragment);
            }
            assertThat(closing.join()).isEqualTo(1009);
        } catch (java.net.SocketException e) {
            // The server has closed the connection while we were writing: just so.
        }
        assertThat(ServerUnderTest.liveHeap()).isLessThan(before + 10 * MEGABYTE);
    }

    private static int closeCode(RawWebSocket raw) {
        try {
            return raw.readToClose();
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aMessageInManyFragmentsIsOneMessage() throws Exception {
        var text = unique("in pieces é😀");
        try (var listener = guest().settle();
                var raw = new RawWebSocket(PORT, "/feed")) {
            var bytes = ("{\"event\":\"news\",\"data\":{\"msg\":\"" + text + "\"}}").getBytes(UTF_8);
            for (var i = 0; i < bytes.length; i++) {
                raw.send(i == bytes.length - 1, i == 0 ? 1 : 0, new byte[] {bytes[i]});
            }

            listener.awaitMsg("news", text);
        }
    }

    @Test
    void stalledReadersAreClosedAndTheOthersNoticeNothing() throws Exception {
        var channel = unique("firehose");
        var payload = "x".repeat(16 * 1024);
        var stalled = new ArrayList<RawWebSocket>();
        try (var publisher = guest();
                var healthy = guest()) {
            healthy.join(channel);
            for (var n = 0; n < 20; n++) {
                var raw = new RawWebSocket(PORT, "/feed");
                raw.send(true, 1, ("{\"event\":\"join\",\"channel\":\"" + channel + "\"}").getBytes(UTF_8));
                raw.readTo("\"joined\",\"channel\":\"" + channel);
                stalled.add(raw);
            }
            var everyone = unique("everyone");
            publisher.send("{\"event\":\"join\",\"channel\":\"" + channel + "\"}");
            publisher.await("joined", m -> channel.equals(m.getString("channel", "")));
            publisher.send("ready", channel, everyone, "r0");
            healthy.await("ready");
            var before = ServerUnderTest.liveHeap();
            for (var n = 1; n <= 600; n++) {
                publisher.send("blob", channel, payload, "b" + n);
                if (n % 50 == 0) {
                    publisher.awaitAnswer("b" + n);
                }
            }

            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(
                            () -> assertThat(healthy.messages("blob", channel)).hasSize(600));
            assertThat(ServerUnderTest.liveHeap() - before)
                    .as("20 stalled readers, 200 MB offered to them")
                    .isLessThan(60 * MEGABYTE);
            for (var raw : stalled) {
                assertThat(raw.readToClose()).isEqualTo(4008);
            }
            healthy.sync();
        } finally {
            for (var raw : stalled) {
                raw.close();
            }
        }
    }

    @Test
    void theRelayPassesEachTextToAllOthersUnchanged() throws Exception {
        try (var ann = FeedClient.open(RELAY, Map.of());
                var bob = FeedClient.open(RELAY, Map.of());
                var cid = FeedClient.open(RELAY, Map.of())) {
            awaitPassed(ann, bob, cid);
            awaitPassed(bob, ann);
            ann.send("Hello, server!");
            bob.send(" {not JSON} é😀\n");

            await().untilAsserted(() -> assertThat(cid.heard()).contains("Hello, server!", " {not JSON} é😀\n"));
            await().untilAsserted(() -> assertThat(bob.heard()).contains("Hello, server!"));
            await().untilAsserted(() -> assertThat(ann.heard()).contains(" {not JSON} é😀\n"));
            assertThat(ann.heard()).doesNotContain("Hello, server!");
        }
    }

    /** A handshake is answered before the server knows the connection: asks until all are there. */
    private static void awaitPassed(FeedClient from, FeedClient... others) {
        await().until(() -> {
            from.send("are you there?");
            return Arrays.stream(others).allMatch(other -> other.heard().contains("are you there?"));
        });
    }

    @Test
    void connectionsThatBreakAreForgotten() throws Exception {
        try (var watcher = guest().settle()) {
            for (var n = 0; n < 50; n++) {
                new RawWebSocket(PORT, "/feed").reset();
            }
            try (var last = guest().settle()) {
                await().atMost(Duration.ofSeconds(60))
                        .untilAsserted(() -> assertThat(lastCount(watcher)).isEqualTo(2));
                last.sync();
            }
        }
    }

    @Test
    void healthIsTold() throws Exception {
        for (var path : List.of("/health/live", "/health/ready")) {
            var response = ServerUnderTest.get(path);
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.body()).isEqualTo("{\"status\":\"UP\"}");
        }
    }

    @Test
    void thePageShowsWhatTheLogHolds() throws Exception {
        try (var ann = FeedClient.open(FEED + "?name=Ann", Map.of())) {
            var text = unique("<b>bold</b> #{7*7}");
            ann.news(text, "n1");
            ann.awaitAnswer("n1");

            var page = ServerUnderTest.get("/");
            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(page.body())
                    .contains(text.replace("<", "&lt;").replace(">", "&gt;"))
                    .contains("Ann");
            assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
                    .contains("script-src 'self'")
                    .doesNotContain("unsafe");
            assertThat(page.headers().allValues("Set-Cookie"))
                    .singleElement()
                    .asString()
                    .contains("herald-guest=", "HttpOnly", "SameSite=Lax");
        }
    }

    @Test
    void theHistoryIsTheSameOnTheFeedAndByHttp() throws Exception {
        try (var ann = FeedClient.open(FEED + "?name=Ann", Map.of())) {
            var channel = unique("history:");
            ann.send("said", channel, "h\u00e9 1", "s1");
            ann.send("said", channel, "h\u00e9 2", "s2");
            ann.awaitAnswer("s2");
            ann.send("{\"event\":\"history\",\"channel\":\"" + channel + "\",\"limit\":5,\"id\":\"h1\"}");
            var answer = ann.awaitAnswer("h1");
            assertThat(answer.getJsonArray("messages"))
                    .extracting(message -> message.asJsonObject().getInt("offset"))
                    .containsExactly(2, 1);
            assertThat(answer.getInt("head")).isEqualTo(2);

            var path = "/api/channels/" + channel.replace(":", "%3A") + "/messages";
            var page = ServerUnderTest.get(path + "?limit=5");
            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(page.headers().firstValue("Cache-Control")).contains("no-store");
            assertThat(page.body())
                    .isEqualTo("{\"messages\":" + answer.getJsonArray("messages") + ",\"head\":2,\"epoch\":\""
                            + answer.getString("epoch") + "\"}");
            assertThat(ServerUnderTest.get(path + "?before=2").body())
                    .contains("h\u00e9 1")
                    .doesNotContain("h\u00e9 2");
            assertThat(ServerUnderTest.get(path + "?before=0").statusCode()).isEqualTo(400);
            assertThat(ServerUnderTest.get("/api/channels/user:ann/messages").statusCode())
                    .isEqualTo(403);
            assertThat(ServerUnderTest.get("/api/channels/gr%C3%BCn%20%C3%BC/messages")
                            .body())
                    .contains("channel-invalid");
            assertThat(ServerUnderTest.get("/api/channels/news").statusCode()).isEqualTo(404);
            assertThat(ServerUnderTest.post(path, "", Map.of()).statusCode()).isEqualTo(415);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"J\u00fcrgen", "\u540d\u524d", "\u0633\u0644\u0645\u0649", "\ud83d\ude00"})
    void namesOfAllScriptsArriveAsTheyWereTyped(String name) throws Exception {
        var encoded = URLEncoder.encode(name, UTF_8);
        var form = "rename=rename&rename%3Aname=" + encoded + "&rename%3Asave=Rename&jakarta.faces.ViewState=stateless";

        var renamed = ServerUnderTest.post("/index.xhtml", form, Map.of());

        assertThat(renamed.headers().allValues("Set-Cookie"))
                .anyMatch(cookie -> cookie.startsWith("herald-name=" + encoded + ";"));
        assertThat(ServerUnderTest.get("/?name=" + encoded).body())
                .contains("You are <bdi class=\"name\">" + name + "</bdi>");
        try (var client = FeedClient.open(FEED + "?name=" + encoded, Map.of())) {
            assertThat(client.await("connected").getJsonObject("person").getString("name"))
                    .isEqualTo(name);
        }
    }

    @Test
    void formsOfForeignPagesAreRefused() throws Exception {
        var response = ServerUnderTest.post("/index.xhtml", "name=Mallory", Map.of("Origin", "https://evil.example"));

        assertThat(response.statusCode()).isEqualTo(403);
    }
}
