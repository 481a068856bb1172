package dev.herald;

import static dev.herald.it.ServerUnderTest.FEED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.herald.it.FeedClient;
import dev.herald.it.HeraldWar;
import jakarta.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;

/** What clients notice of retention on a real server. */
@ArquillianTest
@RunAsClient
class RetentionIT {

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
                    ann.send("event", channel, "" + n, channel + n);
                    ann.awaitAnswer(channel + n);
                }
            }

            await().until(() -> comeBack(ann, "kicked", 1), joined -> !joined.getBoolean("recovered"));

            assertThat(comeBack(ann, "kicked", 1).getString("reason")).isEqualTo("trimmed");
            assertThat(comeBack(ann, "kicked", 7).getBoolean("recovered")).isTrue();
            assertThat(comeBack(ann, "kept", 1).getBoolean("recovered")).isTrue();
        }
    }

    private static JsonObject comeBack(FeedClient client, String channel, long offset) {
        var id = UUID.randomUUID().toString();
        var epoch = client.awaitAnswer(channel + 1).getString("epoch");
        client.send("{\"event\":\"join\",\"channel\":\"" + channel + "\",\"id\":\"" + id + "\",\"since\":{\"epoch\":\""
                + epoch + "\",\"offset\":" + offset + "}}");
        return client.await("joined", message -> id.equals(message.getString("id", null)));
    }
}
