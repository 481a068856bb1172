package dev.herald.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.ChannelName;
import dev.herald.api.Envelope;
import dev.herald.api.Person;
import dev.herald.api.PersonPrincipal;
import dev.herald.http.HttpServer;
import dev.herald.http.HttpSettings;
import dev.herald.hub.ChannelKinds;
import dev.herald.hub.Hub;
import dev.herald.hub.HubLimits;
import dev.herald.hub.MemoryLog;
import dev.herald.request.ErrorCode;
import dev.herald.request.Permission;
import dev.herald.request.Permission.Decision;
import dev.herald.request.Reply;
import dev.herald.request.Requests;
import dev.herald.testing.FakeHttp;
import dev.herald.testing.FakeTimer;
import dev.herald.testing.NoObservers;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.StringReader;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Publishing by HTTP, and who is there: {@code docs/http.md}. Apostrophes stand for quotes. */
class PublishingServletsTest {

    private static final Person ANN = new Person("ann", "Ann");
    private static final String JSON = "application/json";

    private final Hub hub = new Hub(
            new MemoryLog("life", Clock.systemUTC(), new MemoryLog.Bounds(100, 1_000_000, 10)),
            new ChannelKinds(List.of("typing"), List.of("orders")),
            new NoObservers(),
            new HubLimits(10, 10, 10),
            Clock.systemUTC(),
            Runnable::run);
    private final FakeTimer timer = new FakeTimer();
    /** What one of the container's threads would do. */
    private final Queue<Runnable> tasks = new ArrayDeque<>();

    private final MessagesServlet messages = new MessagesServlet();
    private final UserMessagesServlet people = new UserMessagesServlet();
    private final PresenceServlet presence = new PresenceServlet();
    private Permission permission = Permission::byChannel;

    @BeforeEach
    void allowOnlyTheServersOwnPages() {
        var requests = new Requests(hub, (asker, request) -> permission.decide(asker, request));
        var server = new HttpServer(HttpSettings.DEFAULT, timer.asExecutor(), tasks::add);
        var origins = new Origins(List.of("https://app.example"));
        messages.requests = requests;
        people.requests = requests;
        presence.requests = requests;
        for (var servlet : List.of(messages, people, presence)) {
            servlet.server = server;
            servlet.origins = origins;
        }
    }

    @Test
    void isAnsweredWithTheAckAndARepeatWith200() throws Exception {
        var first = publish(
                "orders",
                "{'event':'placed','data':{'n':'J\u00fcrgen \u540d\u524d \u0633\u0644\u0645\u0649 \ud83d\ude00'}}",
                "k1");
        var again = publish(
                "orders",
                "{'event':'placed','data':{'n':'J\u00fcrgen \u540d\u524d \u0633\u0644\u0645\u0649 \ud83d\ude00'}}",
                "k1");
        var quoted = publish(
                "orders",
                "{'event':'placed','data':{'n':'J\u00fcrgen \u540d\u524d \u0633\u0644\u0645\u0649 \ud83d\ude00'}}",
                "\"k1\"");
        var other = publish("orders", "{'event':'placed','data':2}", "k1");

        assertThat(first.answer())
                .isEqualTo(
                        "201 {\"channel\":\"orders\",\"offset\":1,\"epoch\":\"life.0\",\"duplicate\":false,\"kind\":\"memory\"}");
        assertThat(again.answer())
                .isEqualTo(
                        "200 {\"channel\":\"orders\",\"offset\":1,\"epoch\":\"life.0\",\"duplicate\":true,\"kind\":\"memory\"}");
        assertThat(quoted.answer()).isEqualTo(again.answer());
        assertThat(other.answer()).startsWith("422 ").contains("\"code\":\"id-reused\"");
        assertThat(latest("orders")).singleElement().satisfies(message -> {
            assertThat(message.from()).isEqualTo(ANN);
            assertThat(message.event()).isEqualTo("placed");
            assertThat(message.json())
                    .isEqualTo("{\"n\":\"J\u00fcrgen \u540d\u524d \u0633\u0644\u0645\u0649 \ud83d\ude00\"}");
        });
    }

    @Test
    void toAVolatileChannelHasNoPosition() throws Exception {
        assertThat(publish("typing", "{'event':'types'}", null).answer())
                .isEqualTo("201 {\"channel\":\"typing\",\"duplicate\":false,\"kind\":\"volatile\"}");
    }

    @Test
    void toAPersonIsAPrivateMessage() throws Exception {
        var http = tell("J\u00fcrgen / \ud83d\ude00", "{'data':'hi'}");

        assertThat(http.answer()).startsWith("201 ").contains("\"offset\":1");
        assertThat(hub.latest(ChannelName.ofUser("J\u00fcrgen / \ud83d\ude00"), 10))
                .singleElement()
                .satisfies(message -> {
                    assertThat(message.event()).isEqualTo("private");
                    assertThat(message.to()).isEqualTo("J\u00fcrgen / \ud83d\ude00");
                });
        assertThat(tell("bob", "{'event':'private','data':'hi'}").answer()).startsWith("201 ");
        assertThat(tell("bob", "{'event':'news','data':'hi'}").answer())
                .startsWith("400 ")
                .contains("event-invalid");
        assertThat(tell("b".repeat(129), "{'data':1}").answer())
                .startsWith("400 ")
                .contains("to-invalid");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'data':1}|400|event-invalid",
                "{'event':5}|400|malformed",
                "{'event':'join','channel':'orders'}|400|event-reserved",
                "{'event':'history'}|400|event-reserved",
                "{'event':'seen','offset':0}|400|event-reserved",
                "{'event':'private','to':'bob'}|400|event-reserved",
                "{'event':'ack'}|400|event-reserved",
                "['event']|400|malformed",
                "{'event':'placed','data':1|400|malformed",
                "{'event':'placed','data':'\\ud83d'}|400|malformed"
            })
    void isRefusedForWhatIsWrongWithTheBody(String body, int status, String code) throws Exception {
        var answer = publish("orders", body, null).answer();

        assertThat(answer).startsWith(status + " ");
        assertThat(json(answer).getString("code")).isEqualTo(code);
        assertThat(latest("orders")).isEmpty();
    }

    @Test
    void isRefusedWithAProblemThatSaysWhatIsWrong() throws Exception {
        var http = publish("user:bob", "{'event':'placed'}", null);

        assertThat(http.answer())
                .isEqualTo(
                        "403 {\"type\":\"urn:problem-type:herald:channel-forbidden\",\"title\":\"Forbidden\",\"status\":403,"
                                + "\"detail\":\"a private channel is written to with the event private\",\"code\":\"channel-forbidden\","
                                + "\"message\":\"a private channel is written to with the event private\"}");
        assertThat(http.headers.get("Content-Type")).containsExactly("application/problem+json");
        assertThat(http.headers.get("Cache-Control")).containsExactly("no-store");
    }

    @Test
    void isRefusedWhenTheKeyIsNone() throws Exception {
        assertThat(publish("orders", "{'event':'placed'}", "").answer()).contains("\"code\":\"id-invalid\"");
        assertThat(publish("orders", "{'event':'placed'}", "k".repeat(65)).answer())
                .contains("\"code\":\"id-invalid\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/plain",
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=x",
                "application/json; charset=iso-8859-1",
                "text/plain; application/json",
                "application/jsonp"
            })
    void isRefusedForATypeThatAFormOfAnotherSiteCouldSend(String type) throws Exception {
        var http = post("/orders/messages").body(type, "{\"event\":\"placed\"}".getBytes(UTF_8));

        assertThat(answer(messages, http)).startsWith("415 ").contains("type-unsupported");
        assertThat(latest("orders")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"application/json", "Application/JSON; charset=UTF-8", "application/json;charset=\"utf-8\""})
    void isTakenAsJson(String type) throws Exception {
        assertThat(answer(messages, post("/orders/messages").body(type, "{\"event\":\"placed\"}".getBytes(UTF_8))))
                .startsWith("201 ");
    }

    @Test
    void isRefusedForBytesThatAreNoText() throws Exception {
        var bytes = "{\"event\":\"placed\",\"data\":\"?\"}".getBytes(UTF_8);
        bytes[bytes.length - 3] = (byte) 0xff;

        assertThat(answer(messages, post("/orders/messages").body(JSON, bytes)))
                .startsWith("400 ")
                .contains("\"code\":\"malformed\"");
    }

    @Test
    void isRefusedForPagesOfForeignOrigins() throws Exception {
        var body = "{\"event\":\"placed\"}".getBytes(UTF_8);
        var evil = post("/orders/messages").body(JSON, body).header("Origin", "https://evil.example");
        var listed = post("/orders/messages").body(JSON, body).header("Origin", "https://app.example");

        assertThat(answer(messages, evil)).startsWith("403 ").contains("origin-forbidden");
        assertThat(answer(messages, listed)).startsWith("201 ");
        assertThat(listed.headers.get("Access-Control-Allow-Origin")).containsExactly("https://app.example");
    }

    @Test
    void isRefusedWhenItIsTooLong() throws Exception {
        var longer = post("/orders/messages").body(JSON, new byte[64 * 1024 + 1]);
        assertThat(answer(messages, longer)).startsWith("413 ").contains("too-large");
        assertThat(longer.headers.get("Connection")).as("all of it was read").isNull();

        var muchLonger = post("/orders/messages").body(JSON, new byte[400 * 1024]);
        assertThat(answer(messages, muchLonger)).startsWith("413 ");
        assertThat(muchLonger.headers.get("Connection")).containsExactly("close");

        var longest = "{\"event\":\"placed\",\"data\":\"" + "x".repeat(64 * 1024 - 29) + "\"}";
        assertThat(answer(messages, post("/orders/messages").body(JSON, longest.getBytes(UTF_8))))
                .startsWith("201 ");
    }

    @Test
    void holdsNoThreadWhileItsBodyComes() throws Exception {
        var http = post("/orders/messages").slowBody(JSON, 28, "{\"event\":");

        assertThat(answer(messages, http)).as("nothing yet").isEqualTo("200");
        assertThat(http.asyncStarted).isTrue();
        http.arrives("\"placed\",\"da");
        http.arrives("ta\":12}");
        assertThat(http.answer()).isEqualTo("200");
        runTasks();

        assertThat(http.answer()).startsWith("201 ");
        assertThat(http.completions).isEqualTo(1);
        assertThat(latest("orders")).extracting(Envelope::json).containsExactly("12");
    }

    @Test
    void holdsNoThreadWhileNobodyHasDecided() throws Exception {
        var decision = new CompletableFuture<Decision>();
        permission = (asker, request) -> decision;
        var http = post("/orders/messages").body(JSON, "{\"event\":\"placed\"}".getBytes(UTF_8));

        assertThat(answer(messages, http)).isEqualTo("200");
        assertThat(http.completions).isZero();
        decision.complete(new Decision.Allowed());
        runTasks();

        assertThat(http.answer()).startsWith("201 ");
        assertThat(http.completions).isEqualTo(1);
    }

    @Test
    void manyAnswersAtOnceAskTheContainerForOneThreadForAll() throws Exception {
        var decision = new CompletableFuture<Decision>();
        permission = (asker, request) -> decision;
        var waiting = new ArrayList<FakeHttp>();
        for (var n = 0; n < 20; n++) {
            waiting.add(publish("orders", "{'event':'placed'}", null));
        }

        decision.complete(new Decision.Allowed());
        assertThat(tasks).hasSize(1);
        tasks.remove().run();

        assertThat(waiting)
                .allSatisfy(http -> assertThat(http.answer()).startsWith("201 "))
                .allSatisfy(http -> assertThat(http.completions).isEqualTo(1));
    }

    @Test
    void isAnsweredToNobodyWhenItsClientHasGone() throws Exception {
        var decision = new CompletableFuture<Decision>();
        permission = (asker, request) -> decision;
        var http = post("/orders/messages").body(JSON, "{\"event\":\"placed\"}".getBytes(UTF_8));
        answer(messages, http);

        http.abort();
        decision.complete(new Decision.Allowed());
        runTasks();

        assertThat(http.answer()).isEqualTo("200");
        assertThat(http.completions).isEqualTo(1);
    }

    @Test
    void isToldWhenItMayTryAgain() throws Exception {
        permission = (asker, request) -> CompletableFuture.completedFuture(
                new Decision.Denied(Reply.Rejected.ofRate("too fast", Duration.ofMillis(1_500))));
        var limited = publish("orders", "{'event':'placed'}", null);

        assertThat(limited.answer()).startsWith("429 ").contains("\"retryAfter\":1500");
        assertThat(limited.headers.get("Retry-After")).containsExactly("2");

        permission = (asker, request) -> CompletableFuture.completedFuture(
                new Decision.Denied(new Reply.Rejected(ErrorCode.OVERLOADED, "later")));
        var overloaded = publish("orders", "{'event':'placed'}", null);

        assertThat(overloaded.answer()).startsWith("503 ").contains("\"code\":\"overloaded\"");
        assertThat(overloaded.headers.get("Retry-After")).containsExactly("10");
    }

    @Test
    void methodsThatAreNotKnownAreNamedWithThoseThatAre() throws Exception {
        for (var method : List.of("PUT", "DELETE", "PATCH")) {
            var http =
                    FakeHttp.below("/api/channels", method, "/orders/messages").by(new PersonPrincipal(ANN));
            assertThat(answer(messages, http)).startsWith("405 ").contains("method-not-allowed");
            assertThat(http.headers.get("Allow")).containsExactly("GET, POST");
        }
        assertThat(answer(
                        people,
                        FakeHttp.below("/api/users", "GET", "/bob/messages").by(new PersonPrincipal(ANN))))
                .startsWith("405 ");
        assertThat(answer(
                        presence,
                        FakeHttp.below("/api/presence", "POST", "/news").by(new PersonPrincipal(ANN))))
                .startsWith("405 ");
    }

    @Test
    void addressesThatAreNotThereAreNotFound() throws Exception {
        assertThat(answer(messages, post("/orders").body(JSON, new byte[0]))).startsWith("404 ");
        assertThat(answer(people, post("/messages").body(JSON, new byte[0]))).startsWith("404 ");
        assertThat(answer(presence, FakeHttp.below("/api/presence", "GET", "/").by(new PersonPrincipal(ANN))))
                .startsWith("404 ");
    }

    @Test
    void presenceIsToldToThoseWhoMayReadTheChannel() throws Exception {
        assertThat(who("/orders")).isEqualTo("200 {\"channel\":\"orders\",\"count\":0,\"people\":[]}");
        assertThat(who("/user:bob")).startsWith("403 ").contains("channel-forbidden");
        assertThat(who("/private")).startsWith("200 {\"channel\":\"user:ann\"");
        assertThat(who("/a b")).startsWith("400 ").contains("channel-invalid");
    }

    private String who(String path) throws Exception {
        return answer(presence, FakeHttp.below("/api/presence", "GET", path).by(new PersonPrincipal(ANN)));
    }

    private FakeHttp publish(String channel, String body, String key) throws Exception {
        var http = post("/" + channel + "/messages")
                .body(JSON, body.replace('\'', '"').getBytes(UTF_8));
        if (key != null) {
            http.header("Idempotency-Key", key);
        }
        answer(messages, http);
        return http;
    }

    private FakeHttp tell(String person, String body) throws Exception {
        var http = post("/" + person + "/messages")
                .body(JSON, body.replace('\'', '"').getBytes(UTF_8));
        answer(people, http);
        return http;
    }

    private static FakeHttp post(String path) {
        return FakeHttp.below("/api", "POST", path).by(new PersonPrincipal(ANN));
    }

    private List<Envelope> latest(String channel) {
        return hub.latest(new ChannelName(channel), 10);
    }

    private static JsonObject json(String answer) {
        try (var reader = Json.createReader(new StringReader(answer.substring(4)))) {
            return reader.readObject();
        }
    }

    private String answer(ApiServlet servlet, FakeHttp http) throws Exception {
        servlet.service(http.request(), http.response());
        runTasks();
        return http.answer();
    }

    private void runTasks() {
        for (var task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }
}
