package dev.herald;

import static dev.herald.it.ServerUnderTest.PORT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.it.EngineEcho;
import dev.herald.it.HeraldWar;
import dev.herald.it.NodeScript;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The engine with an echo server on it, by the official client and by requests that it would not send. */
@ArquillianTest
@RunAsClient
class EngineIT {

    private static final String ENGINE = "http://127.0.0.1:" + PORT + "/engine.io/";
    private static final String POLLING = "?EIO=4&transport=polling";
    private static final Pattern SID = Pattern.compile("\"sid\":\"([A-Za-z0-9_-]{27})\"");

    private final HttpClient http = HttpClient.newHttpClient();

    @Deployment(testable = false)
    static WebArchive echo() {
        return HeraldWar.fromTheBuild().addClass(EngineEcho.class).addClasses(EngineEcho.class.getDeclaredClasses());
    }

    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void theOfficialClientTalksByPollingByWebSocketAndUpgraded() throws Exception {
        NodeScript.pass("engine/engine.mjs", "http://127.0.0.1:" + PORT);
    }

    private HttpResponse<String> get(String query) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(ENGINE + query)).build();
        return http.send(request, BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String query, String body) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(ENGINE + query))
                .POST(BodyPublishers.ofString(body))
                .build();
        return http.send(request, BodyHandlers.ofString());
    }

    private String begin() throws Exception {
        var sid = SID.matcher(get(POLLING).body());
        assertThat(sid.find()).isTrue();
        return POLLING + "&sid=" + sid.group(1);
    }

    @Test
    void theHandshakeHasTheReferencesFiveKeys() throws Exception {
        var handshake = get(POLLING);

        assertThat(handshake.body())
                .matches("0\\{\"sid\":\"[A-Za-z0-9_-]{27}\",\"upgrades\":\\[\"websocket\"],\"pingInterval\":500,"
                        + "\"pingTimeout\":10000,\"maxPayload\":1000000}");
        assertThat(handshake.headers().firstValue("Content-Type").orElseThrow())
                .isEqualToIgnoringCase("text/plain; charset=UTF-8");
    }

    @Test
    void refusedRequestsGetTheReferencesAnswers() throws Exception {
        assertRefused(get("?EIO=4"), 400, "{\"code\":0,\"message\":\"Transport unknown\"}");
        assertRefused(get("?EIO=4&transport=tcp"), 400, "{\"code\":0,\"message\":\"Transport unknown\"}");
        assertRefused(get(POLLING + "&sid=__proto__"), 400, "{\"code\":1,\"message\":\"Session ID unknown\"}");
        assertRefused(post(POLLING, "4x"), 400, "{\"code\":2,\"message\":\"Bad handshake method\"}");
        assertRefused(get("?EIO=4&transport=websocket"), 400, "{\"code\":3,\"message\":\"Bad request\"}");
        assertRefused(
                get("?EIO=3&transport=polling"), 400, "{\"code\":5,\"message\":\"Unsupported protocol version\"}");
        assertRefused(get(begin().replace("EIO=4", "EIO=3")), 400, "{\"code\":3,\"message\":\"Bad request\"}");
    }

    private static void assertRefused(HttpResponse<String> response, int status, String body) {
        assertThat(response.statusCode()).as(body).isEqualTo(status);
        assertThat(response.body()).isEqualTo(body);
    }

    @Test
    void packetsComeAndGo() throws Exception {
        var session = begin();
        assertThat(post(session, "4hello\u001ebAQID\u001e4é☃").body()).isEqualTo("ok");

        assertThat(get(session).body()).isEqualTo("4hello\u001ebAQID\u001e4é☃");
    }

    @Test
    void aLongAnswerComesCompressedToAClientThatTakesIt() throws Exception {
        var session = begin();
        var packet = "4" + "é☃".repeat(5_000);
        post(session, packet);

        var request = HttpRequest.newBuilder(URI.create(ENGINE + session))
                .header("Accept-Encoding", "gzip")
                .build();
        var answer = http.send(request, BodyHandlers.ofByteArray());

        assertThat(answer.headers().firstValue("Content-Encoding")).contains("gzip");
        assertThat(answer.headers().allValues("Vary")).contains("Accept-Encoding");
        var text = new GZIPInputStream(new ByteArrayInputStream(answer.body())).readAllBytes();
        assertThat(new String(text, UTF_8)).isEqualTo(packet);
    }

    @Test
    void garbageEndsTheSessionOfWhoSentIt() throws Exception {
        for (var garbage : new String[] {"abc", "", "9", "4a\u001e\u001e4b", "b!!!!", "2", "0{}"}) {
            var session = begin();
            assertThat(post(session, garbage).statusCode()).as(garbage).isEqualTo(200);
            assertThat(get(session).body()).as(garbage).isEqualTo("{\"code\":1,\"message\":\"Session ID unknown\"}");
        }
    }

    @Test
    void aBodyThatIsTooLongIsRefusedAndTheSessionLives() throws Exception {
        var session = begin();
        assertThat(post(session, "4" + "x".repeat(2_000_000)).statusCode()).isEqualTo(413);

        post(session, "4still here");
        // On a slow machine a ping may be due before, or before the GET has come.
        assertThat(get(session).body()).matches("(2\u001e)?4still here(\u001e2)?");
    }

    @Test
    void aSecondPollEndsTheSession() throws Exception {
        var session = begin();
        var first = http.sendAsync(
                HttpRequest.newBuilder(URI.create(ENGINE + session)).build(), BodyHandlers.ofString());
        var second = http.sendAsync(
                HttpRequest.newBuilder(URI.create(ENGINE + session)).build(), BodyHandlers.ofString());

        var statuses = new int[] {first.join().statusCode(), second.join().statusCode()};
        assertThat(statuses).containsExactlyInAnyOrder(200, 400);
        assertThat(first.join().body() + second.join().body()).isEqualTo("1");
        assertThat(get(session).statusCode()).isEqualTo(400);
    }

    @Test
    void theClientsEndIsAnsweredToALateGetOnce() throws Exception {
        var session = begin();
        post(session, "1");

        assertThat(get(session).body()).isEqualTo("6");
        assertThat(get(session).body()).isEqualTo("{\"code\":1,\"message\":\"Session ID unknown\"}");
    }

    @Test
    void theServersEndComesAfterWhatWaited() throws Exception {
        var session = begin();
        post(session, "4close");

        assertThat(get(session).body()).isEqualTo("4closing");
        assertThat(get(session).body()).isEqualTo("1");
        assertThat(get(session).statusCode()).isEqualTo(400);
    }

    @Test
    void onlyWhoIsAllowedBegins() throws Exception {
        var request = HttpRequest.newBuilder(URI.create(ENGINE + POLLING))
                .header("X-Test", "evil")
                .build();

        assertRefused(http.send(request, BodyHandlers.ofString()), 403, "{\"code\":4,\"message\":\"Forbidden\"}");
    }
}
