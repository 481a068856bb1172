package dev.herald;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.it.HeraldWar;
import dev.herald.it.JavaClient;
import dev.herald.it.NodeScript;
import dev.herald.it.ServerUnderTest;
import dev.herald.it.identity.WordTokens;
import java.util.ArrayList;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.json.JSONObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An application with small quotas, and clients that ask for more. */
@ArquillianTest
@RunAsClient
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class QuotaIT {

    /** As the setting below says of one connection's messages. */
    private static final int BURST = 100;

    @Deployment(testable = false)
    static WebArchive application() {
        return HeraldWar.anApplicationWithTheJar()
                .addClass(WordTokens.class)
                .addAsResource(HeraldWar.settings("""
                                herald.board=false
                                herald.quota=on
                                herald.quota.messages=20/100
                                herald.quota.characters=20000/60100
                                herald.quota.joins=5/10
                                herald.quota.pages=5/10
                                herald.quota.person.messages=40/200
                                herald.quota.person.characters=40000/120200
                                herald.quota.person.joins=10/20
                                herald.quota.person.pages=10/20
                                herald.quota.person.stored=400000
                                herald.quota.network.guests=1/10
                                herald.quota.network.channels=1/5
                                herald.quota.network.stored=300000
                                """), "META-INF/microprofile-config.properties");
    }

    /** The Java client emits what it is told to, however much: it has an answer to each. */
    @ParameterizedTest
    @ValueSource(strings = {"polling", "websocket"})
    void theJavaClientIsToldWhenToTryAgain(String transport) throws Exception {
        var channel = new JSONObject(Map.of("channel", "java-" + UUID.randomUUID()));
        try (var client = new JavaClient("/", Map.of(), transport).arrive()) {
            var answers = client.askAtOnce(BURST + 50, "said", "名前", channel);

            var refusals = new ArrayList<JSONObject>();
            for (var answer : answers) {
                var one = (JSONObject) answer.get(0);
                if (one.has("error")) {
                    refusals.add(one.getJSONObject("error"));
                }
            }
            assertThat(refusals).isNotEmpty().hasSizeLessThanOrEqualTo(50);
            for (var refusal : refusals) {
                assertThat(refusal.getString("code")).isEqualTo("rate-limited");
                assertThat(refusal.getString("message")).contains("20 messages a second");
                assertThat(refusal.getInt("retryAfter")).isPositive();
            }
        }
    }

    @Test
    void whoAsksForTooMuchIsHeldToTheQuotasAndNobodyElse() throws Exception {
        var said = NodeScript.pass("socketio/quota.mjs", "http://127.0.0.1:" + ServerUnderTest.PORT);

        var waits = said.lines().filter(line -> line.contains("bystander")).toList();
        assertThat(waits).hasSize(8);
        waits.forEach(System.out::println);
    }
}
