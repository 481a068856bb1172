package dev.herald;

import static dev.herald.it.ServerUnderTest.FEED;
import static dev.herald.it.ServerUnderTest.PORT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.herald.it.FeedClient;
import dev.herald.it.HeraldWar;
import dev.herald.it.RawWebSocket;
import dev.herald.it.ServerUnderTest;
import dev.herald.it.SignIn;
import dev.herald.it.Spy;
import java.net.URLEncoder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;

/**
 * An application of its own with Herald's classes jar in it: its beans fire and observe, its users are signed in, and its
 * configuration file sets a quick heartbeat and switches the board's own news off.
 */
@ArquillianTest
@RunAsClient
class CdiIT {

    @Deployment(testable = false)
    static WebArchive application() {
        return HeraldWar.anApplicationWithTheJar()
                .addClass(Spy.class)
                .addClasses(Spy.class.getDeclaredClasses())
                .addClasses(SignIn.class)
                .addAsResource(HeraldWar.settings("""
                                herald.board=false
                                herald.ping-interval=1000
                                herald.ping-timeout=1000
                                herald.channels.volatile=typing.*
                                herald.origins=capacitor://localhost,null
                                """), "META-INF/microprofile-config.properties");
    }

    private static FeedClient guest(String name) throws Exception {
        return FeedClient.open(FEED + "?name=" + name, Map.of()).settle();
    }

    private static String unique(String word) {
        return word + "-" + UUID.randomUUID();
    }

    private static List<String> notebook() throws Exception {
        return ServerUnderTest.get("/spy").body().lines().toList();
    }

    private static void awaitNotes(String... lines) {
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(notebook()).contains(lines));
    }

    private static int perform(String what, String to, String text) throws Exception {
        var form = "do=" + what + "&to=" + URLEncoder.encode(to, UTF_8) + "&text=" + URLEncoder.encode(text, UTF_8);
        return ServerUnderTest.post("/spy", form, Map.of()).statusCode();
    }

    @Test
    void newsThatABeanFiresReachesEveryone() throws Exception {
        try (var ann = guest("Ann")) {
            var text = unique("fired");
            var async = unique("fired-async");
            perform("fire-news", "", text);
            perform("fire-news-async", "", async);

            assertThat(ann.awaitMsg("news", text)).doesNotContainKey("from");
            ann.awaitMsg("news", async);
        }
    }

    @Test
    void theHistoryIsServedByHttpWithTheJarAlone() throws Exception {
        var text = unique("kept");
        perform("fire-news", "", text);

        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(ServerUnderTest.get("/api/channels/news/messages")
                                .body())
                        .contains(text));
    }

    @Test
    void aPrivateMessageThatABeanFiresReachesThatPersonOnly() throws Exception {
        try (var ann = guest("Ann");
                var bob = guest("Bob")) {
            var text = unique("for ann");
            perform("fire-private", ann.personId(), text);

            ann.awaitMsg("private", text);
            bob.sync();
            assertThat(bob.heard()).noneMatch(message -> message.contains(text));
        }
    }

    @Test
    void aBeanFindsTheDatabaseThatTheMessagesAreIn() throws Exception {
        var channel = unique("counted");
        perform("publish", channel, "1");
        perform("publish", channel, "2");

        assertThat(perform("count-in-database", channel, "")).isEqualTo(200);

        awaitNotes(channel + " has 2");
    }

    @Test
    void whatIsFiredInATransactionGoesOutWithItsCommitOnly() throws Exception {
        try (var ann = guest("Ann")) {
            var dropped = unique("rolled back");
            var kept = unique("committed");
            perform("roll-back", "", dropped);
            perform("commit", "", kept);

            ann.awaitMsg("news", kept);
            assertThat(ann.heard()).noneMatch(message -> message.contains(dropped));
        }
    }

    @Test
    void theFacadePublishesToChannelsAndSendsToConnections() throws Exception {
        try (var ann = guest("Ann")) {
            var channel = unique("orders");
            ann.join(channel);
            ann.await("joined", m -> m.getString("channel", "").equals(channel));
            perform("publish", channel, "number 7");
            perform("send", "", "to each");

            assertThat(ann.await("placed").getString("data")).isEqualTo("number 7");
            assertThat(ann.await("hello").getString("data")).isEqualTo("to each");
        }
    }

    @Test
    void aBeanMayWaitForAMessageWhenAnotherIsPublished() throws Exception {
        var channel = unique("waited-for");

        perform("publish-and-wait-for-another", channel, "");

        awaitNotes("all is in " + channel);
    }

    @Test
    void observersSeeWhatAConnectionDoesInItsOrder() throws Exception {
        var name = unique("Ann");
        try (var ann = guest(name)) {
            ann.join("orders");
            ann.send("data", "orders", "first", "d1");
            ann.send("data", "orders", "second", "d2");
            ann.send("data", "orders", "second", "d2");
            ann.send("{\"event\":\"leave\",\"channel\":\"orders\"}");
            ann.await("left");
        }
        awaitNotes("disconnected " + name + " closed by the client");

        assertThat(notebook().stream().filter(line -> line.contains(name)))
                .containsExactly(
                        "connected " + name,
                        "joined " + name + " orders",
                        "received " + name + " data \"first\"",
                        "received " + name + " data \"second\"",
                        "left " + name + " orders",
                        "disconnected " + name + " closed by the client");
    }

    @Test
    void observersOfOneNameSeeTheEventsOfThatNameOnly() throws Exception {
        try (var ann = guest("Ann")) {
            var data = unique("payload");
            var other = unique("other");
            ann.send("other", "orders", other, "o1");
            ann.send("data", "orders", data, "d1");
            ann.send("scoped", "orders", data, "d2");

            awaitNotes(
                    "on-data \"" + data + "\"",
                    "on-data-async \"" + data + "\"",
                    "request-scoped \"" + data + "\"",
                    "published data \"" + data + "\"");
            assertThat(notebook()).doesNotContain("on-data \"" + other + "\"");
        }
    }

    @Test
    void anObserverHasNamesTransactionsTheDatabaseAndARequest() throws Exception {
        try (var ann = guest("Ann")) {
            var data = unique("all");
            ann.send("use-everything", "orders", data, "e1");

            awaitNotes("everything \"" + data + "\" true true true true");
        }
    }

    @Test
    void observersThatWaitAreCalledForManyConnectionsSideBySide() throws Exception {
        var data = unique("crowd");
        var clients = new ArrayList<FeedClient>();
        try {
            for (var n = 0; n < Spy.Crowd.SIZE; n++) {
                clients.add(guest("Guest"));
            }
            for (var client : clients) {
                client.send("crowd", "orders", data, "c1");
            }

            awaitNotes("all are in \"" + data + "\"");
        } finally {
            for (var client : clients) {
                client.close();
            }
        }
    }

    @Test
    void aSlowObserverHoldsNobodyUp() throws Exception {
        try (var slow = guest("Slow");
                var quick = guest("Quick")) {
            slow.send("slow", "orders", "wait", "s1");
            assertThat(slow.awaitAnswer("s1").getString("event")).isEqualTo("ack");
            slow.news("I am not held up", "s2");
            assertThat(slow.awaitAnswer("s2").getString("event")).isEqualTo("ack");

            var data = unique("quick");
            quick.send("data", "orders", data, "q1");
            awaitNotes("on-data \"" + data + "\"");
            assertThat(notebook()).noneMatch(line -> line.startsWith("received Slow news"));
            perform("let-go", "", "");
            awaitNotes("received Slow news {\"msg\":\"I am not held up\"}");
        }
    }

    @Test
    void aSignedInUserIsOnePersonOnAllDevices() throws Exception {
        try (var laptop = signedIn("ann");
                var phone = signedIn("ann");
                var bob = signedIn("bob@example.com")) {
            assertThat(laptop.personId()).isEqualTo("ann");
            var text = unique("for ann");
            bob.tell("ann", text, "p1");

            assertThat(laptop.awaitMsg("private", text).getString("from")).isEqualTo("bob@example.com");
            phone.awaitMsg("private", text);
            assertThat(bob.awaitMsg("sent", text).getString("channel")).isEqualTo("user:bob.40example.2ecom");
        }
    }

    private static FeedClient signedIn(String name) throws Exception {
        var credentials = Base64.getEncoder().encodeToString((name + ":" + SignIn.PASSWORD).getBytes(UTF_8));
        return FeedClient.open(FEED, Map.of("Authorization", "Basic " + credentials))
                .settle();
    }

    @Test
    void appsOfListedOriginsConnectAndPagesWithoutAnOriginAsNewGuests() throws Exception {
        var asBob = "Basic " + Base64.getEncoder().encodeToString(("bob:" + SignIn.PASSWORD).getBytes(UTF_8));
        try (var app = FeedClient.open(FEED, Map.of("Origin", "capacitor://localhost", "Authorization", asBob));
                var frame = FeedClient.open(FEED, Map.of("Origin", "null", "Authorization", asBob))) {
            assertThat(app.personId()).isEqualTo("bob");
            assertThat(frame.personId()).startsWith("guest-");
        }
        assertThatThrownBy(() -> FeedClient.open(FEED, Map.of("Origin", "ionic://localhost")))
                .hasStackTraceContaining("403");
    }

    @Test
    void volatileChannelsAreDeliveredAndNotKept() throws Exception {
        try (var ann = guest("Ann");
                var bob = guest("Bob")) {
            bob.join("typing.orders");
            bob.await("joined", m -> m.getString("channel", "").equals("typing.orders"));
            ann.send("typing", "typing.orders", "…", "t1");

            assertThat(bob.await("typing")).doesNotContainKeys("offset", "epoch");
            assertThat(ann.awaitAnswer("t1").getString("kind")).isEqualTo("volatile");
        }
    }

    @Test
    void aPeerThatAnswersNoPingIsGone() throws Exception {
        var name = unique("Dead");
        try (var dead = new RawWebSocket(PORT, "/feed?name=" + name)) {
            dead.readTo("\"connected\"");
            awaitNotes("connected " + name);

            awaitNotes("disconnected " + name + " ping timeout");
        }
    }

    @Test
    void aPeerThatIsSilentButAnswersPingsStays() throws Exception {
        var name = unique("Dead");
        try (var silent = guest("Silent");
                var dead = new RawWebSocket(PORT, "/feed?name=" + name)) {
            dead.readTo("\"connected\"");
            awaitNotes("disconnected " + name + " ping timeout");

            assertThat(silent.isOpen()).isTrue();
            silent.sync();
        }
    }
}
