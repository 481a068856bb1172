package dev.herald.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who gets a WebSocket, with the key of RFC 6455, 1.3. */
class WebSocketHandshakeTest {

    private static final WebSocketLimits LIMITS =
            new WebSocketLimits(1_000, 10, 5, Duration.ofSeconds(1), Duration.ofSeconds(1));

    private String method = "GET";
    private String protocol = "HTTP/1.1";
    private String server = "Some Server/1.0";
    private final Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    private final WebSocketConnection connection = new WebSocketConnection();
    private boolean upgraded;
    private final Map<String, String> answer = new TreeMap<>();
    private int status;
    private boolean flushed;

    WebSocketHandshakeTest() {
        header("Upgrade", "websocket");
        header("Connection", "Upgrade");
        header("Sec-WebSocket-Version", "13");
        header("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
    }

    private void header(String name, String... values) {
        headers.put(name, List.of(values));
    }

    private HttpServletRequest request() {
        var context = (ServletContext) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {ServletContext.class}, (proxy, call, arguments) -> server);
        return (HttpServletRequest) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {HttpServletRequest.class},
                (proxy, call, arguments) -> switch (call.getName()) {
                    case "getMethod" -> method;
                    case "getProtocol" -> protocol;
                    case "getServletContext" -> context;
                    case "getHeader" ->
                        headers.getOrDefault(arguments[0], List.of()).stream()
                                .findFirst()
                                .orElse(null);
                    case "getHeaders" -> Collections.enumeration(headers.getOrDefault(arguments[0], List.of()));
                    case "upgrade" -> {
                        upgraded = true;
                        yield connection;
                    }
                    default -> throw new AssertionError(call);
                });
    }

    private HttpServletResponse response() {
        return (HttpServletResponse) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {HttpServletResponse.class}, (proxy, call, arguments) -> {
                    switch (call.getName()) {
                        case "setStatus" -> status = (Integer) arguments[0];
                        case "setHeader" -> answer.put((String) arguments[0], (String) arguments[1]);
                        case "flushBuffer" -> flushed = upgraded;
                        default -> throw new AssertionError(call);
                    }
                    return null;
                });
    }

    private boolean isRequested() {
        return WebSocketHandshake.isRequested(request());
    }

    private Optional<WebSocketConnection> accept() throws Exception {
        return WebSocketHandshake.accept(request(), response(), LIMITS, new WebSocketListener() {
            @Override
            public void onOpen(WebSocketConnection opened) {}

            @Override
            public void onText(String message) {}

            @Override
            public void onBinary(byte[] message) {}

            @Override
            public void onWritable() {}

            @Override
            public void onClose(int code, String reason) {}
        });
    }

    @Test
    void answersTheSubprotocolThatItKnows() throws Exception {
        headers.put("Sec-WebSocket-Protocol", List.of("bearer.secret, herald"));

        assertThat(accept()).isPresent();

        assertThat(answer).containsEntry("Sec-WebSocket-Protocol", "herald");
    }

    @Test
    void answersTheHandshakeOfTheStandard() throws Exception {
        assertThat(isRequested()).isTrue();
        assertThat(accept()).containsSame(connection);

        assertThat(status).isEqualTo(101);
        assertThat(answer)
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "Upgrade", "websocket",
                        "Connection", "Upgrade",
                        "Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
        assertThat(upgraded).isTrue();
    }

    @Test
    void negotiatesNothing() throws Exception {
        header("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits");
        header("Sec-WebSocket-Protocol", "chat");

        assertThat(accept()).isPresent();
        assertThat(answer).hasSize(3);
    }

    @ParameterizedTest
    @CsvSource({"Payara Micro #badassfish, true", "Eclipse GlassFish 7, true", "Apache Tomcat/10, false"})
    void sendsTheAnswerItselfWhereTheServerDoesNot(String info, boolean flushes) throws Exception {
        server = info;
        accept();

        assertThat(flushed).isEqualTo(flushes);
    }

    @Test
    void readsHeadersAsListsInAnyCase() {
        header("Upgrade", "h2c", "foo/1, WebSocket");
        header("Connection", "keep-alive, UPGRADE");

        assertThat(isRequested()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "POST, HTTP/1.1, websocket, Upgrade",
        "GET, HTTP/1.0, websocket, Upgrade",
        "GET, HTTP/2.0, websocket, Upgrade",
        "GET, HTTP/1.1, h2c, Upgrade",
        "GET, HTTP/1.1, websockets, Upgrade",
        "GET, HTTP/1.1, websocket, keep-alive",
        "GET, HTTP/1.1, , Upgrade",
        "GET, HTTP/1.1, websocket,",
    })
    void otherRequestsAreNone(String itsMethod, String itsProtocol, String upgrade, String connectionHeader)
            throws Exception {
        method = itsMethod;
        protocol = itsProtocol;
        header("Upgrade", upgrade == null ? new String[0] : new String[] {upgrade});
        header("Connection", connectionHeader == null ? new String[0] : new String[] {connectionHeader});

        assertThat(isRequested()).isFalse();
        assertThat(accept()).isEmpty();
        assertThat(status).isEqualTo(400);
        assertThat(upgraded).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"8", "14", "013", "", "13, 8"})
    void tellsItsVersionToThoseOfAnother(String version) throws Exception {
        header("Sec-WebSocket-Version", version);

        assertThat(accept()).isEmpty();
        assertThat(status).isEqualTo(426);
        assertThat(answer).containsEntry("Sec-WebSocket-Version", "13");
        assertThat(upgraded).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZTE=", "!GhlIHNhbXBsZSBub25jZQ=="})
    void refusesAKeyThatIsNone(String key) throws Exception {
        header("Sec-WebSocket-Key", key);

        assertThat(accept()).isEmpty();
        assertThat(status).isEqualTo(400);
        assertThat(upgraded).isFalse();
    }

    @Test
    void refusesNoKeyAndTwoKeys() throws Exception {
        var key = headers.get("Sec-WebSocket-Key").get(0);
        header("Sec-WebSocket-Key");
        assertThat(accept()).isEmpty();
        header("Sec-WebSocket-Key", key, key);
        assertThat(accept()).isEmpty();

        assertThat(status).isEqualTo(400);
        assertThat(upgraded).isFalse();
    }
}
