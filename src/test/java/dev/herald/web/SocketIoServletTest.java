package dev.herald.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.engine.EngineServer;
import dev.herald.engine.EngineSettings;
import dev.herald.request.Authentication;
import dev.herald.request.Quotas;
import dev.herald.testing.FakeHttp;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A handshake of protocol 3 is refused after the origin is: whoever reads code 5 has been let in. */
class SocketIoServletTest {

    private static final String LET_IN = "400 {\"code\":5,\"message\":\"Unsupported protocol version\"}";
    private static final String FORBIDDEN = "403 {\"code\":4,\"message\":\"Forbidden\"}";
    private static final String HANDSHAKE = "/?EIO=3&transport=polling";
    private static final String LISTED = "https://app.example";
    private static final String FOREIGN = "https://evil.example";

    private final SocketIoServlet servlet = new SocketIoServlet();
    private final VisitorFilter filter = new VisitorFilter();

    @BeforeEach
    void start() {
        servlet.server = new EngineServer(
                EngineSettings.DEFAULT,
                (session, principal) -> {
                    throw new AssertionError("a session has begun");
                },
                (ScheduledExecutorService) Proxy.newProxyInstance(
                        SocketIoServletTest.class.getClassLoader(),
                        new Class<?>[] {ScheduledExecutorService.class},
                        (self, called, arguments) -> null),
                Runnable::run);
        filter.proxies = Proxies.NONE;
        filter.forwarder = servlet.forwarder = ForwarderFixture.alone();
        filter.socketIo = new SocketIoPath("/socket.io/");
        filter.roleNames = new RoleNames(Set.of());
        filter.quotas = Quotas.NONE;
        filter.sessions = LoginFixture.sessions();
        filter.authentication = Authentication.NONE;
        filter.logins = LoginFixture.logins();
        origins();
    }

    private void origins(String... listed) {
        filter.origins = servlet.origins = new Origins(List.of(listed));
    }

    private FakeHttp serve(FakeHttp http) throws Exception {
        filter.doFilter(http.request(), http.response(), (request, response) -> servlet.service(request, response));
        return http;
    }

    private static FakeHttp get(String rest) {
        return FakeHttp.socketIo("GET", rest);
    }

    @Test
    void refusesForeignPagesInSocketIosWords() throws Exception {
        var polling = serve(get(HANDSHAKE).header("Origin", FOREIGN));
        var webSocket = serve(get("/?EIO=4&transport=websocket")
                .header("Origin", FOREIGN)
                .header("Upgrade", "websocket")
                .header("Connection", "Upgrade"));

        assertThat(polling.answer()).isEqualTo(FORBIDDEN);
        assertThat(polling.headers).containsEntry("Content-Type", List.of("application/json"));
        assertThat(webSocket.answer()).isEqualTo("403 Forbidden");
        assertThat(List.of(polling, webSocket))
                .allSatisfy(one ->
                        assertThat(one.headers).containsOnlyKeys("Cache-Control", "Content-Type", "Content-Length"));
    }

    @ParameterizedTest
    @CsvSource({
        "Origin, https://good.example",
        "Origin, https://app.example",
        "Sec-Fetch-Site, same-origin",
        "Sec-Fetch-Site, none",
        "X-Of-No, browser"
    })
    void letsOwnAndListedPagesInAndWhoIsNoBrowser(String name, String value) throws Exception {
        origins(LISTED);

        assertThat(serve(get(HANDSHAKE).header(name, value)).answer()).isEqualTo(LET_IN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cross-site", "same-site"})
    void refusesBrowsersThatHideTheirPage(String site) throws Exception {
        assertThat(serve(get(HANDSHAKE).header("Sec-Fetch-Site", site)).answer())
                .isEqualTo(FORBIDDEN);
    }

    @Test
    void asksForTheOriginOfHandshakesOnly() throws Exception {
        var post = serve(
                FakeHttp.socketIo("POST", "/?EIO=4&transport=polling&sid=x").header("Origin", FOREIGN));

        assertThat(post.answer()).isEqualTo("400 {\"code\":1,\"message\":\"Session ID unknown\"}");
    }

    @Test
    void doesNotServeItsPathWithoutTheSlash() throws Exception {
        assertThat(serve(get("?EIO=4&transport=polling")).status).isEqualTo(404);
    }

    @Test
    void handsOutFilesAndTreatsTheRestAsProtocol() throws Exception {
        assertThat(serve(get("/socket.io.js")).answer()).startsWith("200 /*!");
        assertThat(serve(get("/socket.io.css")).answer())
                .isEqualTo("400 {\"code\":0,\"message\":\"Transport unknown\"}");
    }

    @Test
    void givesACookieToWhoBegins() throws Exception {
        assertThat(serve(get(HANDSHAKE)).headers).containsKey("Set-Cookie");
        assertThat(serve(get(HANDSHAKE).cookie("herald-guest", "abcdefghijklmnopqrstuvwxyz0")).headers)
                .doesNotContainKey("Set-Cookie");
        for (var other : new FakeHttp[] {
            get("/socket.io.js"),
            get(HANDSHAKE).by("ann"),
            get(HANDSHAKE).header("Origin", FOREIGN),
            get("/?EIO=4&transport=polling&sid=x").parameter("sid", "x"),
            FakeHttp.socketIo("POST", "/?EIO=4&transport=polling&sid=x"),
            FakeHttp.socketIo("OPTIONS", HANDSHAKE)
        }) {
            assertThat(serve(other).headers).doesNotContainKey("Set-Cookie");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {HANDSHAKE, "/", "/socket.io.js", "/?EIO=4&transport=polling&sid=x"})
    void labelsAllAnswersToListedPages(String rest) throws Exception {
        origins(LISTED, "https://other.example");
        var answer = serve(get(rest).header("Origin", LISTED));

        assertThat(answer.headers)
                .containsEntry("Access-Control-Allow-Origin", List.of(LISTED))
                .containsEntry("Access-Control-Allow-Credentials", List.of("true"));
        assertThat(answer.headers.get("Vary")).startsWith("Origin");
    }

    @Test
    void saysNothingToOtherPagesButThatItDepends() throws Exception {
        origins(LISTED);
        for (var other : new FakeHttp[] {
            get(HANDSHAKE),
            get(HANDSHAKE).header("Origin", FOREIGN),
            get(HANDSHAKE).header("Origin", "https://good.example"),
            get(HANDSHAKE).header("Origin", LISTED, LISTED)
        }) {
            assertThat(serve(other).headers)
                    .containsEntry("Vary", List.of("Origin"))
                    .doesNotContainKeys("Access-Control-Allow-Origin", "Access-Control-Allow-Credentials");
        }
    }

    @Test
    void answersPreflightsOfListedPages() throws Exception {
        origins(LISTED);
        var preflight = serve(FakeHttp.socketIo("OPTIONS", HANDSHAKE)
                .header("Origin", LISTED)
                .header("Access-Control-Request-Method", "POST")
                .header("Access-Control-Request-Headers", "x-one,x-two"));

        assertThat(preflight.answer()).isEqualTo("204");
        assertThat(preflight.headers)
                .containsEntry("Access-Control-Allow-Origin", List.of(LISTED))
                .containsEntry("Access-Control-Allow-Credentials", List.of("true"))
                .containsEntry("Access-Control-Allow-Methods", List.of("GET,HEAD,PUT,PATCH,POST,DELETE"))
                .containsEntry("Access-Control-Allow-Headers", List.of("x-one,x-two"))
                .containsEntry("Vary", List.of("Origin, Access-Control-Request-Headers"))
                .containsEntry("Content-Length", List.of("0"))
                .hasSize(6);
    }

    @Test
    void refusesPreflightsOfAllOthers() throws Exception {
        var refused = "400 {\"code\":2,\"message\":\"Bad handshake method\"}";
        assertThat(serve(FakeHttp.socketIo("OPTIONS", HANDSHAKE).header("Origin", LISTED))
                        .answer())
                .isEqualTo(refused);
        origins(LISTED);
        assertThat(serve(FakeHttp.socketIo("OPTIONS", HANDSHAKE).header("Origin", FOREIGN))
                        .answer())
                .isEqualTo(refused);
    }

    @Test
    void letsAllPagesInWithoutCredentials() throws Exception {
        origins("*");
        var handshake = serve(get(HANDSHAKE).header("Origin", FOREIGN));
        var preflight = serve(FakeHttp.socketIo("OPTIONS", HANDSHAKE).header("Origin", FOREIGN));

        assertThat(handshake.answer()).isEqualTo(LET_IN);
        assertThat(handshake.headers)
                .containsEntry("Access-Control-Allow-Origin", List.of("*"))
                .doesNotContainKeys("Access-Control-Allow-Credentials", "Vary", "Set-Cookie");
        assertThat(preflight.answer()).isEqualTo("204");
        assertThat(preflight.headers)
                .containsEntry("Access-Control-Allow-Origin", List.of("*"))
                .containsEntry("Vary", List.of("Access-Control-Request-Headers"))
                .doesNotContainKeys("Access-Control-Allow-Credentials", "Access-Control-Allow-Headers");
    }
}
