package dev.herald;

import static dev.herald.it.ServerUnderTest.FEED;
import static dev.herald.it.ServerUnderTest.PORT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.herald.it.FeedClient;
import dev.herald.it.HeraldWar;
import dev.herald.it.RawWebSocket;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What clients notice of retention on a real server. */
@ArquillianTest
@RunAsClient
class RetentionIT {

    private static final String SOCKET_IO = "/socket.io/?EIO=4&transport=websocket";
    private static final Pattern CONNECTED = Pattern.compile("40\\{\"sid\":\"([^\"]+)\",\"pid\":\"([^\"]+)\".*");

    /** The last argument of an event. */
    private static final Pattern OFFSET = Pattern.compile(",\"([^\"]+)\"]$");

    @Deployment(testable = false)
    static WebArchive application() {
        return HeraldWar.anApplicationWithTheJar()
                .addAsResource(HeraldWar.settings("""
                                herald.retention=kept=all,k*=3,*=1h/1000
                                herald.retention.interval=100
                                """), "META-INF/microprofile-config.properties");
    }

    @Test
    void whoIsBehindTheTrimIsTold() throws Exception {
        try (var ann = FeedClient.open(FEED, Map.of())) {
            for (var channel : List.of("kicked", "kept")) {
                for (var n = 1; n <= 10; n++) {
                    publish(ann, channel, n);
                }
            }

            await().until(() -> comeBack(ann, "kicked", 1), joined -> !joined.getBoolean("recovered"));

            assertThat(comeBack(ann, "kicked", 1).getString("reason")).isEqualTo("trimmed");
            assertThat(comeBack(ann, "kicked", 7).getBoolean("recovered")).isTrue();
            assertThat(comeBack(ann, "kept", 1).getBoolean("recovered")).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({"kicking, false", "orders, true"})
    void aSocketIoClientGoesOnWhereItWasOnlyWhenNothingIsTrimmedThatItMissed(String channel, boolean recovers)
            throws Exception {
        try (var ann = FeedClient.open(FEED, Map.of())) {
            Matcher before;
            String last;
            try (var away = new RawWebSocket(PORT, SOCKET_IO)) {
                before = connect(away, "40");
                away.say("420[\"join\",\"" + channel + "\"]");
                away.hear("430[");
                publish(ann, channel, 1);
                var offset = OFFSET.matcher(away.hear("42[\"event\""));
                assertThat(offset.find()).isTrue();
                last = offset.group(1);
            }
            for (var n = 2; n <= 10; n++) {
                publish(ann, channel, n);
            }
            await().until(() -> comeBack(ann, channel, 1).getBoolean("recovered") == recovers);

            try (var back = new RawWebSocket(PORT, SOCKET_IO)) {
                var after = connect(back, "40{\"pid\":\"" + before.group(2) + "\",\"offset\":\"" + last + "\"}");

                assertThat(after.group(1).equals(before.group(1))).isEqualTo(recovers);
            }
            try (var back = new RawWebSocket(PORT, SOCKET_IO)) {
                back.say("40{\"resume\":{\"" + channel + "\":{\"epoch\":\""
                        + ann.awaitAnswer(channel + 1).getString("epoch") + "\",\"offset\":1}}}");

                assertThat(back.hear("42[\"joined\",{\"channel\":\"" + channel))
                        .contains("\"recovered\":" + recovers)
                        .matches(recovers ? ".*" : ".*\"reason\":\"trimmed\".*");
            }
        }
    }

    private static Matcher connect(RawWebSocket client, String request) throws IOException {
        client.say(request);
        var connected = CONNECTED.matcher(client.hear("40{"));
        assertThat(connected.matches()).isTrue();
        return connected;
    }

    private static void publish(FeedClient client, String channel, int number) {
        client.send("event", channel, "" + number, channel + number);
        client.awaitAnswer(channel + number);
    }

    private static JsonObject comeBack(FeedClient client, String channel, long offset) {
        var id = UUID.randomUUID().toString();
        var epoch = client.awaitAnswer(channel + 1).getString("epoch");
        client.send("{\"event\":\"join\",\"channel\":\"" + channel + "\",\"id\":\"" + id + "\",\"since\":{\"epoch\":\""
                + epoch + "\",\"offset\":" + offset + "}}");
        return client.await("joined", message -> id.equals(message.getString("id", null)));
    }
}
