package dev.herald;

import static dev.herald.it.ServerUnderTest.PORT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.herald.it.HeraldWar;
import dev.herald.it.RawWebSocket;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where Socket.IO meets HTTP, in the released WAR: addresses, client files, origins and guests. */
@ArquillianTest
@RunAsClient
class SocketIoEdgeIT {

    private static final String SOCKET_IO = "http://127.0.0.1:" + PORT + "/socket.io";
    private static final String POLLING = "/?EIO=4&transport=polling";
    private static final String TRANSPORT_UNKNOWN = "{\"code\":0,\"message\":\"Transport unknown\"}";
    private static final String SID_UNKNOWN = "{\"code\":1,\"message\":\"Session ID unknown\"}";
    private static final String FORBIDDEN = "{\"code\":4,\"message\":\"Forbidden\"}";
    private static final Pattern SID = Pattern.compile("\"sid\":\"([A-Za-z0-9_-]+)\"");

    private final HttpClient http = HttpClient.newHttpClient();

    @Deployment(testable = false)
    static WebArchive herald() {
        return HeraldWar.fromTheBuild();
    }

    private HttpResponse<byte[]> send(String method, String address, String... headers) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(SOCKET_IO + address)).method(method, BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), BodyHandlers.ofByteArray());
    }

    private HttpResponse<byte[]> get(String address, String... headers) throws Exception {
        return send("GET", address, headers);
    }

    private static String text(HttpResponse<byte[]> response) {
        return new String(response.body(), UTF_8);
    }

    private static String header(HttpResponse<?> response, String name) {
        return String.join(" + ", response.headers().allValues(name));
    }

    private static String sid(HttpResponse<byte[]> handshake) {
        var sid = SID.matcher(text(handshake));
        assertThat(sid.find()).as(text(handshake)).isTrue();
        return sid.group(1);
    }

    private HttpResponse<String> post(String sid, String... headers) throws Exception {
        var pong = HttpRequest.newBuilder(URI.create(SOCKET_IO + POLLING + "&sid=" + sid))
                .POST(BodyPublishers.ofString("3"));
        if (headers.length > 0) {
            pong.headers(headers);
        }
        return http.send(pong.build(), BodyHandlers.ofString());
    }

    @ParameterizedTest
    @CsvSource({
        "socket.io.js, javascript",
        "socket.io.min.js, javascript",
        "socket.io.esm.min.js, javascript",
        "socket.io.msgpack.min.js, javascript",
        "socket.io.js.map, json",
        "socket.io.min.js.map, json",
        "socket.io.esm.min.js.map, json",
        "socket.io.msgpack.min.js.map, json"
    })
    void handsOutTheClient(String name, String type) throws Exception {
        var file = get("/" + name + "?t=1");

        assertThat(file.statusCode()).isEqualTo(200);
        assertThat(header(file, "Content-Type").replace(" ", ""))
                .isEqualToIgnoringCase("application/" + type + ";charset=utf-8");
        assertThat(header(file, "Cache-Control")).isEqualTo("public, max-age=0");
        assertThat(header(file, "Vary")).isEqualTo("Accept-Encoding");
        assertThat(header(file, "Content-Encoding")).isEmpty();
        assertThat(header(file, "Set-Cookie")).isEmpty();
        assertThat(file.body().length)
                .isEqualTo(Integer.parseInt(header(file, "Content-Length")))
                .isGreaterThan(30_000);
        if (type.equals("javascript")) {
            assertThat(text(file))
                    .contains("Socket.IO v" + header(file, "ETag").replace("\"", ""))
                    .contains("sourceMappingURL=" + name + ".map");
        }
    }

    @Test
    void handsOutAFileOnceToWhoKeepsIt() throws Exception {
        var tag = header(get("/socket.io.js"), "ETag");

        for (var known : new String[] {tag, "W/" + tag, "\"1.0.0\", " + tag}) {
            var again = get("/socket.io.js", "If-None-Match", known);
            assertThat(again.statusCode()).as(known).isEqualTo(304);
            assertThat(again.body()).isEmpty();
            assertThat(header(again, "ETag")).isEqualTo(tag);
        }
        assertThat(get("/socket.io.js", "If-None-Match", "\"1.0.0\"").statusCode())
                .isEqualTo(200);
    }

    @Test
    void compressesForWhoWantsIt() throws Exception {
        var plain = get("/socket.io.min.js");
        var compressed = get("/socket.io.min.js", "Accept-Encoding", "gzip, deflate, br");

        assertThat(header(compressed, "Content-Encoding")).isEqualTo("gzip");
        assertThat(header(compressed, "Vary")).isEqualTo("Accept-Encoding");
        assertThat(compressed.body().length)
                .isEqualTo(Integer.parseInt(header(compressed, "Content-Length")))
                .isLessThan(plain.body().length / 2);
        try (var in = new GZIPInputStream(new ByteArrayInputStream(compressed.body()))) {
            assertThat(in.readAllBytes()).isEqualTo(plain.body());
        }
    }

    @Test
    void tellsTheLengthOfAFileWithoutIt() throws Exception {
        var head = send("HEAD", "/socket.io.js");

        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        assertThat(header(head, "Content-Length"))
                .isEqualTo("" + get("/socket.io.js").body().length);
    }

    @Test
    void handsOutNothingElse() throws Exception {
        for (var name : new String[] {"/package.json", "/LICENSE", "/socket.io.msgpack.js", "/x/socket.io.js", "/"}) {
            var refused = get(name);
            assertThat(refused.statusCode()).as(name).isEqualTo(400);
            assertThat(text(refused)).isEqualTo(TRANSPORT_UNKNOWN);
        }
    }

    @Test
    void servesItsPathWithTheLastSlashOnly() throws Exception {
        assertThat(get(POLLING).statusCode()).isEqualTo(200);
        assertThat(get("/whatever" + POLLING.substring(1)).statusCode()).isEqualTo(200);
        assertThat(get(POLLING.substring(1)).statusCode()).isEqualTo(404);
        assertThat(get("x" + POLLING).statusCode()).isEqualTo(404);
    }

    @Test
    void beginsASessionByWebSocket() throws Exception {
        try (var socket = new RawWebSocket(PORT, "/socket.io/?EIO=4&transport=websocket")) {
            socket.readTo("\"sid\"");
        }
    }

    @Test
    void aNewGuestGetsACookieAndIsBoundToIt() throws Exception {
        var handshake = get(POLLING);
        var cookie = header(handshake, "Set-Cookie").split(";", 2)[0];
        assertThat(cookie).startsWith("herald-guest=");
        var again = get(POLLING, "Cookie", cookie);
        assertThat(header(again, "Set-Cookie")).isEmpty();

        assertThat(post(sid(again), "Cookie", cookie).body()).isEqualTo("ok");
        assertThat(post(sid(again)).body()).isEqualTo(SID_UNKNOWN);
        assertThat(post(sid(again), "Cookie", "herald-guest=abcdefghijklmnopqrstuvwxyz0")
                        .body())
                .isEqualTo(SID_UNKNOWN);
    }

    @Test
    void aClientThatKeepsNoCookiesGoesOn() throws Exception {
        var answer = post(sid(get(POLLING)));

        assertThat(answer.body()).isEqualTo("ok");
        assertThat(header(answer, "Set-Cookie")).isEmpty();
    }

    @Test
    void pagesOfForeignOriginsBeginNothing() throws Exception {
        for (var header :
                new String[][] {{"Origin", "http://evil.example"}, {"Origin", "null"}, {"Sec-Fetch-Site", "cross-site"}
                }) {
            var refused = get(POLLING, header);
            assertThat(refused.statusCode()).as(header[1]).isEqualTo(403);
            assertThat(text(refused)).isEqualTo(FORBIDDEN);
            assertThat(header(refused, "Content-Type")).isEqualTo("application/json");
            assertThat(refused.headers().map()).doesNotContainKeys("set-cookie", "access-control-allow-origin");
        }
        var webSocket = http.newWebSocketBuilder()
                .header("Origin", "http://evil.example")
                .buildAsync(
                        URI.create(SOCKET_IO.replace("http:", "ws:") + "/?EIO=4&transport=websocket"),
                        new WebSocket.Listener() {});
        assertThatThrownBy(webSocket::join)
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(WebSocketHandshakeException.class)
                .satisfies(e -> assertThat(((WebSocketHandshakeException) e.getCause())
                                .getResponse()
                                .statusCode())
                        .isEqualTo(403));
    }

    @Test
    void pagesOfItsOwnBeginSessions() throws Exception {
        assertThat(get(POLLING, "Origin", "http://127.0.0.1:" + PORT).statusCode())
                .isEqualTo(200);
        assertThat(get(POLLING, "Sec-Fetch-Site", "same-origin").statusCode()).isEqualTo(200);
    }

    @Test
    void saysNothingToOtherOriginsWhenNoneIsListed() throws Exception {
        var preflight = send("OPTIONS", POLLING, "Origin", "http://a.example", "Access-Control-Request-Method", "POST");

        assertThat(preflight.statusCode()).isEqualTo(400);
        assertThat(text(preflight)).isEqualTo("{\"code\":2,\"message\":\"Bad handshake method\"}");
        assertThat(preflight.headers().map().keySet())
                .noneMatch(name -> name.toLowerCase(Locale.ROOT).startsWith("access-control"));
    }
}
