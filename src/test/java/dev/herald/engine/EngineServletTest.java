package dev.herald.engine;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.WARNING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.herald.testing.FakeTimer;
import dev.herald.testing.QuietLog;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EngineServletTest {

    private static final String POLLING = "EIO=4&transport=polling";
    private static final String WEBSOCKET = "EIO=4&transport=websocket";
    private static final String BAD_REQUEST = "400 application/json {\"code\":3,\"message\":\"Bad request\"}";
    private static final String UNKNOWN_SID = "400 application/json {\"code\":1,\"message\":\"Session ID unknown\"}";

    private final FakeTimer timer = new FakeTimer();
    private final Diary diary = new Diary();
    private final AtomicReference<EngineSession> latest = new AtomicReference<>();
    private EngineServer server = serverWith(EngineSettings.DEFAULT);

    private EngineServer serverWith(EngineSettings settings) {
        return new EngineServer(
                settings,
                (session, principal) -> {
                    latest.set(session);
                    return diary;
                },
                timer.asExecutor(),
                Runnable::run);
    }

    @SuppressWarnings("serial") // never serialised
    private final EngineServlet servlet = new EngineServlet() {

        @Override
        protected EngineServer server() {
            return server;
        }

        @Override
        protected boolean isAllowed(HttpServletRequest request) {
            return request.getHeader("X-Evil") == null;
        }
    };

    private FakeExchange serve(FakeExchange exchange) throws Exception {
        servlet.service(exchange.request(), exchange.response());
        return exchange;
    }

    private FakeExchange get(String query) throws Exception {
        return serve(new FakeExchange("GET", query));
    }

    private FakeExchange post(String query, String body) throws Exception {
        return serve(new FakeExchange("POST", query).body(body));
    }

    /** What follows {@code ?} for a session whose handshake is over. */
    private String session() throws Exception {
        get(POLLING);
        return POLLING + "&sid=" + latest.get().sid();
    }

    private FakeExchange upgrade(String query) throws Exception {
        return serve(new FakeExchange("GET", query).webSocket());
    }

    @Test
    void answersAHandshake() throws Exception {
        var exchange = get("a=1&EIO=4&transport=polling&t=f40n16jl");

        assertThat(exchange.answer())
                .isEqualTo(
                        "200 text/plain; charset=UTF-8 0{\"sid\":\""
                                + latest.get().sid()
                                + "\",\"upgrades\":[\"websocket\"],\"pingInterval\":25000,\"pingTimeout\":20000,\"maxPayload\":1000000}");
        assertThat(exchange.headers).containsEntry("cache-control", "no-store");
        assertThat(exchange.completions).isOne();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            nullValues = "none",
            value = {
                "GET     | none                             | 400 | {\"code\":0,\"message\":\"Transport unknown\"}",
                "GET     | EIO=4                            | 400 | {\"code\":0,\"message\":\"Transport unknown\"}",
                "GET     | transport=abc                    | 400 | {\"code\":0,\"message\":\"Transport unknown\"}",
                "POST    | EIO=4&transport=POLLING&sid=abc  | 400 | {\"code\":0,\"message\":\"Transport unknown\"}",
                "GET     | EIO=4&mytransport=polling        | 400 | {\"code\":0,\"message\":\"Transport unknown\"}",
                "GET     | EIO=4&transport=polling&sid=abc  | 400 | {\"code\":1,\"message\":\"Session ID unknown\"}",
                "POST    | EIO=3&transport=polling&sid=abc  | 400 | {\"code\":1,\"message\":\"Session ID unknown\"}",
                "GET     | EIO=4&transport=polling&sid=     | 400 | {\"code\":1,\"message\":\"Session ID unknown\"}",
                "GET     | EIO=4&transport=polling&sid=%0d%0aX:1 | 400 | {\"code\":1,\"message\":\"Session ID unknown\"}",
                "GET     | EIO=4&transport=websocket&sid=ab | 400 | {\"code\":1,\"message\":\"Session ID unknown\"}",
                "POST    | EIO=4&transport=polling          | 400 | {\"code\":2,\"message\":\"Bad handshake method\"}",
                "PUT     | transport=polling                | 400 | {\"code\":2,\"message\":\"Bad handshake method\"}",
                "OPTIONS | EIO=4&transport=polling          | 400 | {\"code\":2,\"message\":\"Bad handshake method\"}",
                "POST    | EIO=4&transport=websocket        | 400 | {\"code\":2,\"message\":\"Bad handshake method\"}",
                "GET     | EIO=4&transport=websocket        | 400 | {\"code\":3,\"message\":\"Bad request\"}",
                "GET     | transport=polling                | 400 | {\"code\":5,\"message\":\"Unsupported protocol version\"}",
                "GET     | EIO=3&transport=polling          | 400 | {\"code\":5,\"message\":\"Unsupported protocol version\"}",
                "GET     | EIO=abc&transport=polling        | 400 | {\"code\":5,\"message\":\"Unsupported protocol version\"}"
            })
    void refusesInTheOrderOfTheReferenceServer(String method, String query, int status, String body) throws Exception {
        var exchange = serve(new FakeExchange(method, query));

        assertThat(exchange.answer()).isEqualTo(status + " application/json " + body);
        assertThat(server.size()).isZero();
    }

    @Test
    void refusesWhomTheApplicationDoesNotAllowAtHandshakesOnly() throws Exception {
        var refused = serve(new FakeExchange("GET", "EIO=3&transport=polling").header("X-Evil", "1"));
        var later =
                serve(new FakeExchange("POST", session()).header("X-Evil", "1").body("4a"));

        assertThat(refused.answer()).isEqualTo("403 application/json {\"code\":4,\"message\":\"Forbidden\"}");
        assertThat(later.answer()).isEqualTo("200 text/html ok");
    }

    @ParameterizedTest
    @ValueSource(strings = {"EIO=3&transport=polling", "transport=polling", "EIO=4&transport=websocket"})
    void refusesARequestThatDoesNotFitItsSessionWhichLivesOn(String query) throws Exception {
        var session = session();
        var sid = "&sid=" + latest.get().sid();

        assertThat(get(query + sid).answer()).isEqualTo(BAD_REQUEST);

        assertThat(post(session, "4a").answer()).isEqualTo("200 text/html ok");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "EIO=4                            | Transport unknown",
                "EIO=4&transport=websocket&sid=ab | Session ID unknown",
                "EIO=3&transport=websocket        | Unsupported protocol version",
                "EIO=4&transport=polling          | Bad request"
            })
    void refusesWebSocketsInWords(String query, String body) throws Exception {
        assertThat(upgrade(query).answer()).isEqualTo("400 text/html " + body);
        assertThat(server.size()).isZero();
    }

    @Test
    void takesNoUpgradeWithAnotherProtocol() throws Exception {
        var session = session();
        var sid = "&sid=" + latest.get().sid();

        assertThat(upgrade("EIO=3&transport=websocket" + sid).status).isEqualTo(400);
        assertThat(upgrade("transport=websocket" + sid).status).isEqualTo(400);

        assertThat(upgrade(WEBSOCKET + sid).status).isEqualTo(101);
        assertThat(post(session, "4a").answer()).isEqualTo("200 text/html ok");
    }

    @ParameterizedTest
    @CsvSource({
        "Sec-WebSocket-Version, 8, 426",
        "Sec-WebSocket-Version, 14, 426",
        "Sec-WebSocket-Key, x, 400",
        "Sec-WebSocket-Key, dGhlIHNhbXBsZSBub25jZQ, 400"
    })
    void makesNoSessionForAWebSocketHandshakeThatIsNone(String header, String value, int status) throws Exception {
        var exchange = serve(new FakeExchange("GET", WEBSOCKET).webSocket().header(header, value));

        assertThat(exchange.status).isEqualTo(status);
        if (status == 426) {
            assertThat(exchange.headers).containsEntry("sec-websocket-version", "13");
        }
        assertThat(server.size()).isZero();
        assertThat(latest).as("what the application has seen").hasNullValue();
    }

    @Test
    void forgetsASessionWhoseConnectionTheContainerDoesNotHandOver() {
        var exchange = new FakeExchange("GET", WEBSOCKET).webSocket().upgradeFails();

        assertThatThrownBy(() -> serve(exchange)).isInstanceOf(ServletException.class);

        assertThat(server.size()).isZero();
        assertThat(diary.ends).containsExactly(CloseReason.TRANSPORT_CLOSE);
    }

    @Test
    void letsAnotherWebSocketTryWhenAHandshakeFails() throws Exception {
        session();
        var query = WEBSOCKET + "&sid=" + latest.get().sid();

        serve(new FakeExchange("GET", query).webSocket().header("Sec-WebSocket-Key", "x"));

        assertThat(upgrade(query).status).isEqualTo(101);
    }

    @Test
    void letsAnotherWebSocketTryWhenTheContainerDoesNotHandTheConnectionOver() throws Exception {
        session();
        var query = WEBSOCKET + "&sid=" + latest.get().sid();

        assertThatThrownBy(
                        () -> serve(new FakeExchange("GET", query).webSocket().upgradeFails()))
                .isInstanceOf(ServletException.class);

        assertThat(latest.get().newCandidate(System.nanoTime())).isNotNull();
    }

    @Test
    void answersOneLateGetAfterTheClientsEndButNoPost() throws Exception {
        var session = session();
        assertThat(post(session, "1").answer()).isEqualTo("200 text/html ok");

        assertThat(post(session, "4a").answer()).isEqualTo(UNKNOWN_SID);
        assertThat(get(session).answer()).isEqualTo("200 text/plain; charset=UTF-8 6");
        assertThat(get(session).answer()).isEqualTo(UNKNOWN_SID);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PUT", "DELETE", "HEAD", "OPTIONS"})
    void refusesOtherMethodsAndTheSessionLivesOn(String method) throws Exception {
        var session = session();

        assertThat(serve(new FakeExchange(method, session)).status).isIn(400, 405);
        assertThat(post(session, "4a").answer()).isEqualTo("200 text/html ok");
    }

    @Test
    void handsAPostOnAndSaysOk() throws Exception {
        var session = session();

        assertThat(post(session, "4hé ☃\u001ebAQID").answer()).isEqualTo("200 text/html ok");

        assertThat(diary.heard).containsExactly("hé ☃", "3 bytes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "abc"})
    void saysOkToGarbageButTheSessionIsOver(String body) throws Exception {
        var session = session();
        var waiting = get(session);

        assertThat(post(session, body).status).isIn(200, 400);

        assertThat(waiting.answer()).isEqualTo("200 text/plain; charset=UTF-8 1");
        assertThat(get(session).answer()).isEqualTo(UNKNOWN_SID);
    }

    @Test
    void refusesBytesAndFinishesTheAnswer() throws Exception {
        var session = session();

        var exchange = serve(new FakeExchange("POST", session)
                .header("Content-Type", "application/octet-stream")
                .body("4a"));

        assertThat(exchange.answer()).isEqualTo("400");
        assertThat(exchange.asyncStarted).isFalse();
        assertThat(get(session).answer()).isEqualTo(UNKNOWN_SID);
        assertThat(server.size()).isZero();
    }

    @Test
    void takesABodyUpToTheLimitAndTheSessionLivesOnAfterALongerOne() throws Exception {
        var session = session();

        assertThat(post(session, "4" + "a".repeat(999_999)).answer()).isEqualTo("200 text/html ok");
        assertThat(post(session, "4" + "a".repeat(1_000_000)).answer()).isEqualTo("413");
        var chunked = serve(new FakeExchange("POST", session)
                .body("4" + "a".repeat(1_000_000))
                .chunked());
        assertThat(chunked.answer()).isEqualTo("413");

        assertThat(post(session, "4b").answer()).isEqualTo("200 text/html ok");
        assertThat(diary.heard).hasSize(2).endsWith("b");
    }

    @Test
    void keepsTheSessionWhenTheRestOfATooLongBodyIsCutOff() throws Exception {
        var session = session();
        var chunked = serve(new FakeExchange("POST", session)
                .body("4" + "a".repeat(1_100_000))
                .chunked()
                .bodyBreaks());

        assertThat(chunked.answer()).isEqualTo("413");
        assertThat(post(session, "4b").answer()).isEqualTo("200 text/html ok");
    }

    @Test
    void answers400ToASecondGetAndEndsTheSession() throws Exception {
        var session = session();
        var first = get(session);

        assertThat(get(session).answer()).isEqualTo("400");
        assertThat(first.answer()).isEqualTo("200 text/plain; charset=UTF-8 1");
        assertThat(get(session).answer()).isEqualTo(UNKNOWN_SID);
    }

    @Test
    void endsTheSessionOfAClientThatAbortsItsGet() throws Exception {
        var session = session();

        get(session).abort();

        assertThat(get(session).answer()).isEqualTo(UNKNOWN_SID);
        assertThat(diary.ends).containsExactly(CloseReason.TRANSPORT_CLOSE);
    }

    @Test
    void endsTheSessionOfAClientThatTakesNoAnswerForItLostPackets() throws Exception {
        var session = session();
        var exchange = serve(new FakeExchange("GET", session).answerFails());
        latest.get().offer(Outgoing.of(new EnginePacket.Message("a")));

        latest.get().flush();

        assertThat(exchange.completions).isOne();
        assertThat(get(session).answer()).isEqualTo(UNKNOWN_SID);
    }

    @Test
    void doesNotHoldMoreAndMoreAnswersThatTheClientDoesNotTake() throws Exception {
        var unwritten = new ArrayList<Runnable>();
        var slow = new EngineServer(
                EngineSettings.DEFAULT,
                (session, principal) -> {
                    latest.set(session);
                    return diary;
                },
                timer.asExecutor(),
                unwritten::add);
        var session = slow.open(EngineSettings.POLLING, null, true).orElseThrow();
        session.poll(new FakePoll());
        for (var n = 0; n < 50; n++) {
            new Polling(session, new FakeExchange("GET", "").request()).begin();
            session.offer(Outgoing.of(new EnginePacket.Message("a")));
            session.flush();
        }

        assertThat(unwritten).hasSizeLessThan(10);
        assertThat(diary.ends).containsExactly(CloseReason.TRANSPORT_ERROR);
    }

    @Test
    void endsTheSessionOfAClientThatBreaksOffItsPost() throws Exception {
        var session = session();

        assertThat(serve(new FakeExchange("POST", session).slowBody(3, "4a").bodyBreaks())
                        .answer())
                .isEqualTo("400");

        assertThat(diary.heard).isEmpty();
        assertThat(get(session).answer()).isEqualTo(UNKNOWN_SID);
    }

    @Test
    void answersAPostAlsoWhenTheListenerFailsAtTheEnd() throws Exception {
        var session = session();
        diary.whenClosed = () -> {
            throw new IllegalStateException("wanted by the test");
        };
        var exchange = new FakeExchange("POST", session).body("1");

        try {
            serve(exchange);
        } catch (IllegalStateException e) {
            // What matters is the answer.
        }

        assertThat(exchange.answer()).isEqualTo("200 text/html ok");
        QuietLog.expect(ERROR, "the end of session", "wanted by the test");
    }

    @Test
    void closesASecondWebSocketAfterItHasOpened() throws Exception {
        session();
        var query = WEBSOCKET + "&sid=" + latest.get().sid();
        upgrade(query);

        // The official suite has no listener for "error", which a refusal brings to a node client.
        assertThat(upgrade(query).status).isEqualTo(101);
    }

    @Test
    void turnsClientsAwayForWhomThereIsNoRoom() throws Exception {
        server = serverWith(EngineSettings.DEFAULT.toBuilder().maxSessions(1).build());
        session();
        latest.set(null);

        var refused = get(POLLING);
        assertThat(refused.headers).containsEntry("retry-after", "10");
        assertThat(refused.answer())
                .isEqualTo("503 application/json {\"code\":3,"
                        + "\"message\":\"The server has as many connections as it takes\"}");
        assertThat(upgrade(WEBSOCKET).answer())
                .isEqualTo("503 text/html The server has as many connections as it takes");
        assertThat(latest).as("what the application has seen").hasNullValue();
        QuietLog.expect(WARNING, "turned away (503)", "herald.connections.max");
    }

    @Test
    void refusesTheWebSocketOfWhomTheApplicationDoesNotAllow() throws Exception {
        var refused = serve(new FakeExchange("GET", WEBSOCKET).webSocket().header("X-Evil", "1"));

        assertThat(refused.answer()).isEqualTo("403 text/html Forbidden");
    }
}
