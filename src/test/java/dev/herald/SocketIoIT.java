package dev.herald;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.it.HeraldWar;
import dev.herald.it.JavaClient;
import dev.herald.it.NodeScript;
import dev.herald.it.ServerUnderTest;
import dev.herald.it.shop.Workbench;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.json.JSONArray;
import org.json.JSONObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An application with Herald's classes jar and events of its own, by official clients of Socket.IO. */
@ArquillianTest
@RunAsClient
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class SocketIoIT {

    private static final String SERVER = "http://127.0.0.1:" + ServerUnderTest.PORT;
    private static final Map<String, String> CUSTOMER = Map.of("token", "customer-7");

    @Deployment(testable = false)
    static WebArchive shop() {
        return HeraldWar.anApplicationWithTheJar()
                .addPackage(Workbench.class.getPackage())
                .addAsWebResource(
                        new StringAsset("<!DOCTYPE html><script src=\"/socket.io/socket.io.js\"></script>"),
                        "client.html")
                .addAsResource(HeraldWar.settings("herald.board=false"), "META-INF/microprofile-config.properties");
    }

    @Test
    void clientsOfAllVersionsUseTheApplicationsEvents() throws Exception {
        NodeScript.pass("socketio/shop.mjs", SERVER);
    }

    @Test
    void clientsComeBackToWhereTheyWere() throws Exception {
        NodeScript.pass("socketio/recovery.mjs", SERVER);
    }

    @Test
    void theClientThatIsHandedOutWorksInABrowser() throws Exception {
        NodeScript.pass("socketio/browser.mjs", SERVER);
    }

    @ParameterizedTest
    @ValueSource(strings = {"polling", "websocket"})
    void theJavaClientUsesTheApplicationsEvents(String transport) throws Exception {
        try (var ann = new JavaClient("/shop", CUSTOMER, transport).arrive();
                var bob = new JavaClient("/shop", CUSTOMER, "polling", "websocket").arrive()) {
            var order = new JSONObject(Map.of("article", "tea", "count", 2));
            assertThat(ann.ask("order", order).get(0).toString())
                    .contains("\"article\":\"tea\"")
                    .contains("\"price\":6");
            assertThat(bob.hear("ordered")).startsWith("tea", 2);
            assertThat(ann.ask("order", "tea").get(0).toString()).contains("\"code\":\"invalid\"");

            bob.ask("watch", "tea");
            bob.ask("watch", "coffee");
            ann.emit("offer", 5);
            assertThat(bob.hear("offered")).startsWith(5);
            assertThat(bob.ask("echo", 1)).containsExactly(1);
            assertThat(bob.heardAllOf("offered")).isTrue();
            assertThat(ann.heardAllOf("offered")).isTrue();

            ann.answer("confirm", true);
            assertThat(ann.ask("pay", 6)).containsExactly(true);
            bob.emit("ask-me", 50);
            assertThat(bob.hear("untold").get(0)).isEqualTo("the client did not answer in time");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"polling", "websocket"})
    void theJavaClientSendsAndGetsBytes(String transport) throws Exception {
        try (var ann = new JavaClient("/", Map.of(), transport).arrive()) {
            var bytes = "é☃😀\0".getBytes(UTF_8);
            var nested = new JSONObject().put("deep", new JSONArray().put(bytes));
            var answer = ann.ask("echo", bytes, nested, "text");

            assertThat(answer.get(0)).isEqualTo(bytes);
            assertThat(((JSONObject) answer.get(1)).getJSONArray("deep").get(0)).isEqualTo(bytes);
            assertThat(answer.get(2)).isEqualTo("text");
            assertThat((byte[]) ann.hear("echoed").get(0)).isEqualTo(bytes);
        }
    }

    @Test
    void theJavaClientIsToldWhyItMayNotIn() throws Exception {
        try (var thief = new JavaClient("/shop", Map.of("token", "thief"), "websocket")) {
            var error = (JSONObject) thief.hear("connect_error").get(0);

            assertThat(error.getString("message")).isEqualTo("customers only");
            assertThat(error.getJSONObject("data").getString("token")).isEqualTo("thief");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"polling", "websocket"})
    void theJavaClientSaysWhereItWasWhenItComesBack(String transport) throws Exception {
        var channel = "orders-" + UUID.randomUUID();
        var in = new JSONObject().put("channel", channel);
        var auth = new ConcurrentHashMap<>(Map.of("resume", "{}"));
        try (var ann = new JavaClient("/", auth, transport).arrive();
                var bob = new JavaClient("/", Map.of(), transport).arrive()) {
            ann.ask("join", channel);
            bob.ask("join", channel);
            bob.ask("placed", 1, in);
            assertThat(bob.hear("placed"))
                    .as("bare, as this client does not ask for more")
                    .containsExactly(1);
            var meta = (JSONObject) ann.hear("placed").get(1);
            var place = new JSONObject().put("epoch", meta.get("epoch")).put("offset", meta.get("offset"));
            auth.put("resume", new JSONObject().put(channel, place).toString());
            var id = ann.id();

            ann.cut();
            bob.ask("placed", 2, in);
            bob.ask("placed", 3, in);
            ann.arrive();
            assertThat(ann.id()).as("this client knows nothing of recovery").isNotEqualTo(id);
            var joined = (JSONObject) ann.hear("joined").get(0);
            assertThat(joined.getString("channel")).isEqualTo(channel);
            assertThat(joined.getBoolean("recovered")).isTrue();
            assertThat(ann.hear("placed").get(0)).isEqualTo(2);
            assertThat(ann.hear("placed").get(0)).isEqualTo(3);
            bob.ask("placed", 4, in);
            assertThat(ann.hear("placed").get(0)).isEqualTo(4);
        }
    }
}
