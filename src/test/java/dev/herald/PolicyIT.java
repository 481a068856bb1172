package dev.herald;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.it.HeraldWar;
import dev.herald.it.JavaClient;
import dev.herald.it.NodeScript;
import dev.herald.it.ServerUnderTest;
import dev.herald.it.identity.WordTokens;
import dev.herald.it.policy.Gate;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.json.JSONException;
import org.json.JSONObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An application with a policy of channels and rules beside it: who may not is refused on every road. */
@ArquillianTest
@RunAsClient
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class PolicyIT {

    @Deployment(testable = false)
    static WebArchive application() {
        return HeraldWar.anApplicationWithTheJar()
                .addPackage(Gate.class.getPackage())
                .addClass(WordTokens.class)
                .addAsResource(HeraldWar.settings("""
                                herald.board=false
                                herald.policy=staff.*:read=clerk|boss:write=boss,closed.*:read=nobody:write=nobody
                                herald.policy.timeout=4000
                                """), "META-INF/microprofile-config.properties");
    }

    @Test
    void whoMayNotIsRefusedOnEveryRoad() throws Exception {
        NodeScript.pass("socketio/policy.mjs", "http://127.0.0.1:" + ServerUnderTest.PORT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"polling", "websocket"})
    void theJavaClientIsToldWhatItMayNotAndWhatWasTakenAway(String transport) throws Exception {
        var who = "java-" + UUID.randomUUID();
        var channel = "gate." + who;
        try (var client = new JavaClient("/", Map.of("token", "good." + who + ".visitor.600"), transport).arrive()) {
            assertThat(code(client.ask("join", "staff.room"))).isEqualTo("channel-forbidden");
            client.ask("join", channel);

            var form = "person=" + who + "&channel=" + channel + "&action=&revoke=yes";
            assertThat(ServerUnderTest.post("/porter", form, Map.of()).statusCode())
                    .isEqualTo(200);

            var left = (JSONObject) client.hear("left").get(0);
            assertThat(left.getString("channel")).isEqualTo(channel);
            assertThat(left.getString("code")).isEqualTo("taken-away");
            assertThat(left.getString("message")).startsWith("名前: JOIN was taken away");
            assertThat(code(client.ask("said", "text", new JSONObject(Map.of("channel", channel)))))
                    .isEqualTo("taken-away");
        }
    }

    private static String code(List<Object> answer) throws JSONException {
        return ((JSONObject) answer.get(0)).getJSONObject("error").getString("code");
    }
}
