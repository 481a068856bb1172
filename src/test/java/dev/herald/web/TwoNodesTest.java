package dev.herald.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.herald.api.PersonPrincipal;
import dev.herald.engine.CloseReason;
import dev.herald.engine.EngineListener;
import dev.herald.engine.EnginePacket;
import dev.herald.engine.EngineServer;
import dev.herald.engine.EngineSession;
import dev.herald.engine.EngineSettings;
import dev.herald.engine.Outgoing;
import dev.herald.forward.Forwarder;
import dev.herald.forward.NodeDirectory;
import dev.herald.forward.SessionIds;
import dev.herald.outbox.OutboundBudget;
import dev.herald.request.Authentication;
import dev.herald.request.Quotas;
import dev.herald.testing.FakeHttp;
import dev.herald.testing.FakeTimer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.Principal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two nodes with filter, servlet and sessions; the second is asked for sessions of the first. */
@Timeout(60)
class TwoNodesTest {

    private static final String POLLING = "/?EIO=4&transport=polling";
    private static final String ANNS_COOKIE = "ann-ann-ann-ann-ann-ann-ann";
    private static final String BOBS_COOKIE = "bob-bob-bob-bob-bob-bob-bob";
    private static final String LISTED = "https://app.example";
    private static final String UNKNOWN = "400 {\"code\":1,\"message\":\"Session ID unknown\"}";

    private ExecutorService threads;
    private final Map<String, URI> urls = new ConcurrentHashMap<>();
    private HttpServer container;
    private Node first;
    private Node second;

    /** One node's part of Herald. */
    private final class Node implements NodeDirectory, EngineServer.Application, EngineListener {

        private final String id;
        private final FakeTimer timer = new FakeTimer();
        private final SocketIoServlet servlet = new SocketIoServlet();
        private final VisitorFilter filter = new VisitorFilter();
        private final List<String> heard = new ArrayList<>();
        private EngineSession latest;
        private PersonPrincipal visitor;

        Node(String id, String origin) {
            this.id = id;
            var budget = new OutboundBudget(1_000_000, threads);
            servlet.server = new EngineServer(
                    EngineSettings.DEFAULT, this, timer.asExecutor(), threads, budget, new SessionIds(this)::next);
            var forwarder = new Forwarder(
                    this,
                    "/socket.io/",
                    EngineSettings.DEFAULT,
                    servlet.server.slowBodies(),
                    timer.asExecutor(),
                    threads);
            filter.forwarder = servlet.forwarder = forwarder;
            filter.proxies = Proxies.NONE;
            filter.socketIo = new SocketIoPath("/socket.io/");
            filter.roleNames = new RoleNames(Set.of());
            filter.quotas = Quotas.NONE;
            filter.sessions = LoginFixture.sessions();
            filter.authentication = Authentication.NONE;
            filter.logins = LoginFixture.logins();
            filter.origins = servlet.origins = new Origins(List.of(origin));
        }

        FakeHttp serve(FakeHttp http) throws Exception {
            filter.doFilter(http.request(), http.response(), (request, response) -> servlet.service(request, response));
            await().until(() -> !http.asyncStarted || http.completions > 0);
            return http;
        }

        @Override
        public String me() {
            return id;
        }

        @Override
        public Optional<URI> urlOf(String node) {
            return Optional.ofNullable(urls.get(node));
        }

        @Override
        public byte[] secret() {
            return "only the nodes know".getBytes(UTF_8);
        }

        @Override
        public EngineListener accept(EngineSession session, Principal principal) {
            latest = session;
            visitor = (PersonPrincipal) principal;
            return this;
        }

        @Override
        public void onText(String text) {
            heard.add(text);
        }

        @Override
        public void onBinary(EnginePacket.Bytes data) {
            heard.add("bytes");
        }

        @Override
        public void onDrained() {
            // Sends little.
        }

        @Override
        public void onClose(CloseReason reason) {
            heard.add("closed");
        }
    }

    @BeforeEach
    void start() throws IOException {
        begin(LISTED);
    }

    private void begin(String origin) throws IOException {
        threads = Executors.newCachedThreadPool();
        first = new Node("first", origin);
        second = new Node("second", origin);
        container = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        container.setExecutor(threads);
        container.createContext("/", this::serveFirst);
        container.start();
        urls.put(
                "first", URI.create("http://127.0.0.1:" + container.getAddress().getPort()));
    }

    /** The first node's container. */
    private void serveFirst(HttpExchange exchange) throws IOException {
        var http = FakeHttp.socketIo(
                        exchange.getRequestMethod(),
                        "/?" + exchange.getRequestURI().getRawQuery())
                .from("10.0.0.2");
        exchange.getRequestHeaders().forEach((name, values) -> http.header(name, values.toArray(String[]::new)));
        for (var cookie : exchange.getRequestHeaders().getOrDefault("Cookie", List.of())) {
            for (var pair : cookie.split("; ", -1)) {
                var parts = pair.split("=", 2);
                http.cookie(parts[0], parts[1]);
                if (parts[0].equals("JSESSIONID")) {
                    http.by(parts[1]);
                }
            }
        }
        var body = exchange.getRequestBody().readAllBytes();
        if (exchange.getRequestMethod().equals("POST")) {
            http.body("text/plain;charset=UTF-8", body);
        }
        try {
            first.serve(http);
        } catch (Exception e) {
            throw new IOException(e);
        }
        http.headers.forEach((name, values) -> exchange.getResponseHeaders().put(name, values));
        exchange.sendResponseHeaders(http.status, http.bytes.size());
        exchange.getResponseBody().write(http.bytes.toByteArray());
        exchange.close();
    }

    @AfterEach
    void stop() {
        container.stop(0);
        threads.shutdownNow();
    }

    private static FakeHttp guest(FakeHttp http, String cookie) {
        return http.cookie("herald-guest", cookie).header("Cookie", "herald-guest=" + cookie);
    }

    private static FakeHttp get(String rest) {
        return FakeHttp.socketIo("GET", rest);
    }

    private static FakeHttp post(String rest) {
        return FakeHttp.socketIo("POST", rest).body("text/plain;charset=UTF-8", "4名前 😀".getBytes(UTF_8));
    }

    /** Begins a session with the first node; returns the path and query of its further requests. */
    private String begin(FakeHttp handshake) throws Exception {
        assertThat(first.serve(handshake).answer()).startsWith("200 0{");
        return POLLING + "&sid=" + first.latest.sid();
    }

    @Test
    void aSessionMayBeUsedThroughTheOtherNode() throws Exception {
        var session = begin(guest(get(POLLING), ANNS_COOKIE));
        first.latest.offer(Outgoing.of(new EnginePacket.Message("سلمى")));

        assertThat(second.serve(guest(post(session), ANNS_COOKIE)).answer()).isEqualTo("200 ok");
        assertThat(second.serve(guest(get(session), ANNS_COOKIE)).answer()).isEqualTo("200 4سلمى");

        assertThat(first.heard).containsExactly("名前 😀");
        assertThat(second.latest).isNull();
    }

    @Test
    void aGuestsSessionMayNotBeUsedByAnotherGuest() throws Exception {
        var session = begin(guest(get(POLLING), ANNS_COOKIE));

        assertThat(second.serve(guest(post(session), BOBS_COOKIE)).answer()).isEqualTo(UNKNOWN);
        assertThat(second.serve(post(session)).answer()).isEqualTo(UNKNOWN);
        assertThat(first.heard).isEmpty();
    }

    @Test
    void whoShowsNoCookieIsKnownByTheSessionsSecretAlone() throws Exception {
        var session = begin(get(POLLING));

        assertThat(second.serve(post(session)).answer()).isEqualTo("200 ok");
    }

    @Test
    void whoIsSignedInWithTheNodeThatIsAskedIsSoForTheOther() throws Exception {
        var session = begin(get(POLLING).by("سلمى"));

        assertThat(second.serve(post(session).by("سلمى")).answer()).isEqualTo("200 ok");
        assertThat(second.serve(post(session).by("bob")).answer()).isEqualTo(UNKNOWN);
    }

    @Test
    void whoIsSignedInWithTheNodeThatHasTheSessionIsSoThroughTheOther() throws Exception {
        var session = begin(get(POLLING).by("ann"));

        assertThat(second.serve(post(session).header("Cookie", "JSESSIONID=ann"))
                        .answer())
                .isEqualTo("200 ok");
    }

    @Test
    void theVisitorStaysThatOfTheFirstRequest() throws Exception {
        var session = begin(get(POLLING).header("X-Mark", "first").from("203.0.113.9"));
        second.serve(post(session).header("X-Mark", "second").from("203.0.113.10"));

        assertThat(first.visitor.address()).isEqualTo("203.0.113.9");
        assertThat(first.visitor.handshake().header("X-Mark")).contains("first");
    }

    @Test
    void pagesOfOtherOriginsReadTheAnswersAsAlways() throws Exception {
        var session = begin(guest(get(POLLING), ANNS_COOKIE).header("Origin", LISTED));

        var answer = second.serve(guest(post(session), ANNS_COOKIE).header("Origin", LISTED));

        assertThat(answer.answer()).isEqualTo("200 ok");
        assertThat(answer.headers)
                .containsEntry("Access-Control-Allow-Origin", List.of(LISTED))
                .containsEntry("Access-Control-Allow-Credentials", List.of("true"))
                .containsEntry("Vary", List.of("Origin"));
    }

    @Test
    void aPageThatIsNotListedByNameDoesNotActInTheNameOfItsVisitor() throws Exception {
        stop();
        begin("*");
        var annsOwn = begin(guest(get(POLLING), ANNS_COOKIE));
        var ofThePage = begin(guest(get(POLLING), ANNS_COOKIE).header("Origin", LISTED));

        assertThat(second.serve(guest(post(annsOwn), ANNS_COOKIE).header("Origin", LISTED))
                        .answer())
                .isEqualTo(UNKNOWN);
        assertThat(second.serve(guest(post(ofThePage), ANNS_COOKIE).header("Origin", LISTED))
                        .answer())
                .isEqualTo("200 ok");
    }

    @Test
    void aSessionOfADeadNodeIsUnknownAtOnce() throws Exception {
        var session = begin(guest(get(POLLING), ANNS_COOKIE));
        urls.clear();

        assertThat(second.serve(guest(get(session), ANNS_COOKIE)).answer()).isEqualTo(UNKNOWN);
    }
}
