package dev.herald.forward;

import static java.lang.System.Logger.Level.WARNING;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.herald.engine.EngineSettings;
import dev.herald.nonblocking.SlowBodies;
import dev.herald.testing.FakeHttp;
import dev.herald.testing.FakeTimer;
import dev.herald.testing.QuietLog;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What one node does with requests of sessions that another one has. */
@Timeout(60)
class ForwarderTest {

    private static final String SECRET_PART = "abcdefghijklmnopqrstuvwxyz0";
    private static final String SID = SECRET_PART + "other";
    private static final String SESSION = "/?EIO=4&transport=polling&t=abc123&sid=" + SID;
    private static final String UNKNOWN = "400 {\"code\":1,\"message\":\"Session ID unknown\"}";
    private static final Visitor GUEST = new Visitor(Optional.empty(), true);

    private final FakeTimer timer = new FakeTimer();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, URI> living = new ConcurrentHashMap<>();
    private OtherNode other;
    private Forwarder forwarder;

    /** What one node knows of the others. */
    private record Known(String me, Map<String, URI> living) implements NodeDirectory {

        @Override
        public Optional<URI> urlOf(String node) {
            return Optional.ofNullable(living.get(node));
        }

        @Override
        public byte[] secret() {
            return "only the nodes know".getBytes(UTF_8);
        }
    }

    @BeforeEach
    void start() throws Exception {
        other = new OtherNode();
        living.put("other", other.url());
        forwarder = forwarder("me", EngineSettings.DEFAULT);
    }

    private Forwarder forwarder(String me, EngineSettings settings) {
        return new Forwarder(
                new Known(me, living),
                "/socket.io/",
                settings,
                new SlowBodies(8, Duration.ofSeconds(30)),
                timer.asExecutor(),
                threads);
    }

    @AfterEach
    void stop() {
        forwarder.close();
        other.close();
        threads.shutdownNow();
    }

    private static FakeHttp get(String rest) {
        return FakeHttp.socketIo("GET", rest);
    }

    private boolean isHandedOn(FakeHttp http, Visitor visitor) throws Exception {
        return forwarder.handOn(http.request(), http.response(), request -> visitor);
    }

    /** A request that is handed on, not answered yet. */
    private FakeHttp handOn(FakeHttp http) throws Exception {
        assertThat(isHandedOn(http, GUEST)).isTrue();
        return http;
    }

    private static String answerTo(FakeHttp http) {
        await().until(() -> http.completions > 0);
        assertThat(http.completions).isOne();
        return http.answer();
    }

    @Test
    void handsAGetOnAndTheAnswerBack() throws Exception {
        other.answers(
                200,
                Map.of(
                        "Content-Type", "text/plain; charset=UTF-8",
                        "Cache-Control", "no-store",
                        "Content-Encoding", "gzip",
                        "Vary", "Origin, Accept-Encoding",
                        "Set-Cookie", "a=b",
                        "Access-Control-Allow-Origin", "https://evil.example"),
                "4Jürgen 名前 سلمى 😀");

        var http = handOn(get(SESSION));

        assertThat(answerTo(http)).isEqualTo("200 4Jürgen 名前 سلمى 😀");
        assertThat(http.headers)
                .containsOnlyKeys("Content-Type", "Content-Length", "Cache-Control", "Content-Encoding", "Vary")
                .containsEntry("Content-Type", List.of("text/plain; charset=UTF-8"))
                .containsEntry("Content-Encoding", List.of("gzip"))
                .containsEntry("Vary", List.of("Accept-Encoding"));
        assertThat(forwarder.underWay()).isZero();
        assertThat(forwarder.forwarded()).isOne();
    }

    @Test
    void handsAnErrorBackAsItIs() throws Exception {
        other.answers(400, Map.of("Content-Type", "application/json"), "{\"code\":3,\"message\":\"Bad request\"}");

        assertThat(answerTo(handOn(get(SESSION)))).isEqualTo("400 {\"code\":3,\"message\":\"Bad request\"}");
    }

    @Test
    void handsAPostOnWithItsBody() throws Exception {
        other.answers(200, Map.of("Content-Type", "text/html"), "ok");
        var http = FakeHttp.socketIo("POST", SESSION).body("text/plain;charset=UTF-8", "4名前 😀".getBytes(UTF_8));

        assertThat(answerTo(handOn(http))).isEqualTo("200 ok");
        var asked = other.next();
        assertThat(asked.method()).isEqualTo("POST");
        assertThat(asked.body()).isEqualTo("4名前 😀");
        assertThat(asked.header("Content-Type")).isEqualTo("text/plain;charset=UTF-8");
    }

    @Test
    void waitsForABodyThatComesLater() throws Exception {
        var http = FakeHttp.socketIo("POST", SESSION).slowBody("text/plain", 4, "4a");

        handOn(http);
        assertThat(other.isAskedNothing()).isTrue();
        http.arrives("bc");

        assertThat(answerTo(http)).isEqualTo("200 6");
        assertThat(other.next().body()).isEqualTo("4abc");
    }

    @Test
    void takesNoLongerBodyThanItsOwnSessionsMaySend() throws Exception {
        forwarder =
                forwarder("me", EngineSettings.DEFAULT.toBuilder().maxPayload(3).build());

        var http = handOn(FakeHttp.socketIo("POST", SESSION).body("text/plain", "4abc".getBytes(UTF_8)));

        assertThat(http.status).isEqualTo(413);
        assertThat(other.isAskedNothing()).isTrue();
        assertThat(forwarder.underWay()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/?EIO=4&transport=polling",
                "/?EIO=4&transport=polling&sid=",
                "/?EIO=4&transport=polling&sid=" + SECRET_PART,
                "/?EIO=4&transport=polling&sid=" + SECRET_PART + "me",
                "/?EIO=4&transport=polling&sid=" + SECRET_PART + "dead",
                "/?EIO=4&transport=polling&sid=" + SECRET_PART + "%0d%0aX:1",
                "/?EIO=4&transport=websocket&sid=" + SID,
                "/?EIO=4&sid=" + SID,
                "/"
            })
    void leavesTheRestToItsOwnNode(String rest) throws Exception {
        assertThat(isHandedOn(get(rest), GUEST)).isFalse();
    }

    @Test
    void leavesOtherMethodsToItsOwnNode() throws Exception {
        assertThat(isHandedOn(FakeHttp.socketIo("PUT", SESSION), GUEST)).isFalse();
    }

    @Test
    void doesNothingWhenThereIsOneNode() throws Exception {
        forwarder = forwarder("", EngineSettings.DEFAULT);
        var request = get(SESSION).header(Voucher.HEADER, "x").request();

        assertThat(forwarder.view(request)).isSameAs(request);
        assertThat(isHandedOn(get(SESSION), GUEST)).isFalse();
    }

    @Test
    void sendsOnlyWhatEngineIoReads() throws Exception {
        var http = get("/?a=b&EIO=4&transport=polling&t=%7c|^ä&sid=" + SID)
                .header("Cookie", "one=1", "herald-guest=secret")
                .header("Authorization", "Bearer token")
                .header("Accept-Encoding", "gzip")
                .header("Origin", "https://page.example")
                .header("X-Forwarded-For", "203.0.113.9");

        handOn(http);

        var asked = other.next();
        assertThat(asked.uri().getRawQuery()).isEqualTo("EIO=4&transport=polling&t=%257c%7C%5E%C3%A4&sid=" + SID);
        assertThat(asked.uri().getPath()).isEqualTo("/app/socket.io/");
        assertThat(asked.headers().get("Cookie")).containsExactly("one=1; herald-guest=secret");
        assertThat(asked.header("Authorization")).isEqualTo("Bearer token");
        assertThat(asked.header("Accept-Encoding")).isEqualTo("gzip");
        assertThat(asked.headers()).doesNotContainKeys("Origin", "X-forwarded-for");
    }

    @Test
    void leavesOutCookiesThatCannotBeSent() throws Exception {
        handOn(get(SESSION)
                .header("Cookie", "a=名前; herald-guest=secret;b=\u0001", "c=é")
                .header("Accept-Encoding", "gzip\u00e9"));

        var asked = other.next();
        assertThat(asked.headers().get("Cookie")).containsExactly("herald-guest=secret");
        assertThat(asked.headers()).doesNotContainKey("Accept-encoding");
    }

    @Test
    void forgetsARequestThatCannotWait() throws Exception {
        var broken = new HttpServletRequestWrapper(get(SESSION).request()) {

            @Override
            public AsyncContext startAsync() {
                throw new IllegalStateException("wanted by the test");
            }
        };

        assertThatThrownBy(() -> forwarder.handOn(broken, get(SESSION).response(), request -> GUEST))
                .isInstanceOf(IllegalStateException.class);

        assertThat(forwarder.underWay()).isZero();
        assertThat(other.isAskedNothing()).isTrue();
    }

    @Test
    void keepsCookiesThatDoNotCountToItself() throws Exception {
        var http = get(SESSION).header("Cookie", "herald-guest=secret").header("Authorization", "Basic x");

        assertThat(isHandedOn(http, new Visitor(Optional.empty(), false))).isTrue();

        assertThat(other.next().headers()).doesNotContainKeys("Cookie", "Authorization");
    }

    /** The request that the other node gets, as that one sees it. */
    private FakeHttp arrived(FakeHttp sent, Visitor visitor) throws Exception {
        assertThat(isHandedOn(sent, visitor)).isTrue();
        var asked = other.next();
        return FakeHttp.socketIo(asked.method(), "/?" + asked.uri().getRawQuery())
                .header(Voucher.HEADER, asked.header(Voucher.HEADER))
                .from("10.0.0.1");
    }

    @Test
    void tellsTheOtherNodeWhoAsksAndFromWhere() throws Exception {
        var arrived = arrived(get(SESSION).from("203.0.113.9"), new Visitor(Optional.of("سلمى"), true));

        var seen = forwarder("other", EngineSettings.DEFAULT).view(arrived.request());

        assertThat(seen.getRemoteAddr()).isEqualTo("203.0.113.9");
        assertThat(seen.getUserPrincipal().getName()).isEqualTo("سلمى");
    }

    @Test
    void believesOtherNodesOnlyForSocketIo() throws Exception {
        var request =
                arrived(get(SESSION), new Visitor(Optional.of("ann"), true)).request();
        var elsewhere = new HttpServletRequestWrapper(request) {

            @Override
            public String getServletPath() {
                return "/api/messages";
            }
        };

        assertThat(forwarder("other", EngineSettings.DEFAULT).view(elsewhere)).isSameAs(elsewhere);
    }

    @Test
    void leavesItToTheOtherNodeWhoAGuestIs() throws Exception {
        var arrived = arrived(get(SESSION), GUEST).by("ann");

        assertThat(forwarder("other", EngineSettings.DEFAULT)
                        .view(arrived.request())
                        .getUserPrincipal()
                        .getName())
                .isEqualTo("ann");
    }

    @Test
    void makesOneHop() throws Exception {
        var arrived = arrived(get(SESSION), GUEST);
        var third = forwarder("third", EngineSettings.DEFAULT);

        var seen = third.view(arrived.request());

        assertThat(third.handOn(seen, arrived.response(), request -> GUEST)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "YW5u.MTkyLjAuMi4x.AAAA", "..."})
    void takesARequestWithAForgedHeaderForAnyOther(String header) throws Exception {
        var http = get(SESSION).header(Voucher.HEADER, header).from("198.51.100.7");
        var request = http.request();

        assertThat(forwarder.view(request)).isSameAs(request);
        handOn(http);

        assertThat(answerTo(http)).isEqualTo("200 6");
        assertThat(other.next().header(Voucher.HEADER)).isNotEqualTo(header);
    }

    @Test
    void tellsTheClientThatItsSessionIsUnknownWhenTheNodeCannotBeReached() throws Exception {
        other.close();

        assertThat(answerTo(handOn(get(SESSION)))).isEqualTo(UNKNOWN);
        assertThat(forwarder.underWay()).isZero();
        assertThat(forwarder.failed()).isOne();
        QuietLog.expect(WARNING, "could not be handed on to node other", "reach each other");
    }

    @Test
    void tellsTheClientWhenTheNodeDiesMeanwhile() throws Exception {
        other.holdsPolls();
        var http = handOn(get(SESSION));
        other.next();
        timer.tick();
        assertThat(http.completions).isZero();

        living.clear();
        timer.tick();

        assertThat(answerTo(http)).isEqualTo(UNKNOWN);
    }

    @Test
    void tellsTheClientWhenItsOwnNodeGoesDown() throws Exception {
        other.holdsPolls();
        var http = handOn(get(SESSION));
        other.next();

        forwarder.close();

        assertThat(answerTo(http)).isEqualTo(UNKNOWN);
    }

    @Test
    void endsTheSessionOfAClientThatGoesAwayFromItsPoll() throws Exception {
        other.holdsPolls();
        var http = handOn(get(SESSION).header("Cookie", "herald-guest=secret"));
        other.next();

        http.abort();

        var told = other.next();
        assertThat(told.method() + " " + told.body()).isEqualTo("POST 1");
        assertThat(told.header("Cookie")).isEqualTo("herald-guest=secret");
        assertThat(http.completions).isOne();
        assertThat(forwarder.underWay()).isZero();
    }

    @Test
    void turnsRequestsAwayForWhichThereIsNoRoom() throws Exception {
        forwarder = forwarder(
                "me", EngineSettings.DEFAULT.toBuilder().maxSessions(1).build());
        other.holdsPolls();
        var first = handOn(get(SESSION));
        other.next();

        var second = handOn(get(SESSION));
        first.abort();

        assertThat(second.answer()).startsWith("503 ");
        assertThat(second.headers).containsEntry("Retry-After", List.of("10"));
        assertThat(answerTo(handOn(FakeHttp.socketIo("POST", SESSION).body("text/plain", "3".getBytes(UTF_8)))))
                .isEqualTo("200 6");
        QuietLog.expect(WARNING, "turned away (503)", "herald.connections.max");
    }
}
