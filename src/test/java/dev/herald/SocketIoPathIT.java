package dev.herald;

import static dev.herald.it.ServerUnderTest.PORT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.it.HeraldWar;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;

/** An application with Herald's classes jar that serves Socket.IO on a path of its own, and pages of another origin with it. */
@ArquillianTest
@RunAsClient
class SocketIoPathIT {

    private static final String HOST = "http://127.0.0.1:" + PORT;
    private static final String POLLING = "/live/?EIO=4&transport=polling";
    private static final String LISTED = "http://a.example";
    private static final String FOREIGN = "http://b.example";

    private final HttpClient http = HttpClient.newHttpClient();

    @Deployment(testable = false)
    static WebArchive application() {
        return HeraldWar.anApplicationWithTheJar()
                .addAsResource(HeraldWar.settings("""
                        herald.board=false
                        herald.socketio.path=/live/
                        herald.origins=http://a.example
                        """), "META-INF/microprofile-config.properties");
    }

    private HttpResponse<String> send(String method, String address, String... headers) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(HOST + address)).method(method, BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private static String header(HttpResponse<?> response, String name) {
        return String.join(" + ", response.headers().allValues(name));
    }

    private static void assertLabelled(HttpResponse<?> response) {
        assertThat(header(response, "Access-Control-Allow-Origin")).isEqualTo(LISTED);
        assertThat(header(response, "Access-Control-Allow-Credentials")).isEqualTo("true");
        assertThat(header(response, "Vary")).startsWith("Origin");
    }

    private static void assertNotLabelled(HttpResponse<?> response) {
        assertThat(response.headers().map().keySet()).noneMatch(name -> name.startsWith("access-control"));
        assertThat(header(response, "Vary")).startsWith("Origin");
    }

    @Test
    void servesSocketIoWhereTheSettingSays() throws Exception {
        assertThat(send("GET", POLLING).body()).startsWith("0{\"sid\":");
        assertThat(send("GET", POLLING).headers().allValues("Set-Cookie"))
                .singleElement()
                .asString()
                .startsWith("herald-guest=");
        assertThat(send("GET", "/live/socket.io.js").body()).contains("Socket.IO v");
        assertThat(send("GET", POLLING.replace("/?", "?")).statusCode()).isEqualTo(404);
        assertThat(send("GET", POLLING.replace("live", "socket.io")).statusCode())
                .isEqualTo(404);
    }

    @Test
    void aListedPageMayReadAllAnswers() throws Exception {
        var handshake = send("GET", POLLING, "Origin", LISTED);
        assertThat(handshake.statusCode()).isEqualTo(200);
        assertLabelled(handshake);

        var mistake = send("GET", "/live/?EIO=4&transport=tcp", "Origin", LISTED);
        assertThat(mistake.statusCode()).isEqualTo(400);
        assertLabelled(mistake);

        var file = send("GET", "/live/socket.io.js", "Origin", LISTED);
        assertLabelled(file);
        assertThat(header(file, "Vary")).isEqualTo("Origin + Accept-Encoding");
    }

    @Test
    void aListedPageMayAskFirst() throws Exception {
        var preflight = send(
                "OPTIONS",
                POLLING,
                "Origin",
                LISTED,
                "Access-Control-Request-Method",
                "POST",
                "Access-Control-Request-Headers",
                "x-one,x-two");

        assertThat(preflight.statusCode()).isEqualTo(204);
        assertLabelled(preflight);
        assertThat(header(preflight, "Access-Control-Allow-Methods")).isEqualTo("GET,HEAD,PUT,PATCH,POST,DELETE");
        assertThat(header(preflight, "Access-Control-Allow-Headers")).isEqualTo("x-one,x-two");
        assertThat(header(preflight, "Vary")).isEqualTo("Origin, Access-Control-Request-Headers");
        assertThat(header(preflight, "Set-Cookie")).isEmpty();
    }

    @Test
    void aForeignPageBeginsNothingAndReadsNothing() throws Exception {
        var handshake = send("GET", POLLING, "Origin", FOREIGN);
        assertThat(handshake.statusCode()).isEqualTo(403);
        assertThat(handshake.body()).isEqualTo("{\"code\":4,\"message\":\"Forbidden\"}");
        assertNotLabelled(handshake);

        var preflight = send("OPTIONS", POLLING, "Origin", FOREIGN, "Access-Control-Request-Method", "POST");
        assertThat(preflight.statusCode()).isEqualTo(400);
        assertNotLabelled(preflight);
    }
}
