package dev.herald.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.Person;
import dev.herald.api.PersonPrincipal;
import dev.herald.asyncapi.AsyncApi;
import dev.herald.document.Awareness;
import dev.herald.http.EventStreams;
import dev.herald.http.HttpServer;
import dev.herald.http.HttpSettings;
import dev.herald.hub.ChannelKinds;
import dev.herald.hub.Hub;
import dev.herald.hub.HubLimits;
import dev.herald.hub.Log;
import dev.herald.hub.MemoryLog;
import dev.herald.outbox.OutboundBudget;
import dev.herald.request.Authentication;
import dev.herald.request.ErrorCode;
import dev.herald.request.Permission;
import dev.herald.request.Permission.Decision;
import dev.herald.request.Quotas;
import dev.herald.request.Rejections;
import dev.herald.request.Reply;
import dev.herald.request.Requests;
import dev.herald.testing.ErrorLog;
import dev.herald.testing.FakeHttp;
import dev.herald.testing.FakeSocket;
import dev.herald.testing.FakeTimer;
import dev.herald.testing.NoObservers;
import dev.herald.testing.Tokens;
import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import jakarta.servlet.http.HttpServlet;
import java.io.StringReader;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The description of the HTTP API is true: each answer that it names is given, with that type and those members, and no other. */
class OpenApiTest {

    private static final String PLACED = "{\"event\":\"placed\",\"data\":1}";
    private static final String DOCUMENT = "/api/documents/{name}";
    private static final String PERSONAL = "{\"data\":1}";

    private final Log log = new MemoryLog("life", Clock.systemUTC(), new MemoryLog.Bounds(100, 1_000_000, 10));
    private final Hub hub = new Hub(
            log,
            new ChannelKinds(List.of(), List.of()),
            new NoObservers(),
            new HubLimits(10, 10, 10),
            Clock.systemUTC(),
            Runnable::run);
    private final FakeTimer timer = new FakeTimer();
    private final Set<String> given = new TreeSet<>();
    private Permission permission = Permission::byChannel;
    private JsonObject description;

    private final MessagesServlet messages = new MessagesServlet();
    private final UserMessagesServlet people = new UserMessagesServlet();
    private final PresenceServlet presence = new PresenceServlet();
    private final DocumentServlet documents = new DocumentServlet();
    private final EventsServlet events = new EventsServlet();
    private final OpenApiServlet openApi = new OpenApiServlet();
    private final AsyncApiServlet asyncApi = new AsyncApiServlet();

    @BeforeEach
    void readTheDescription() throws Exception {
        var settings =
                new HttpSettings(1_000, 4, Duration.ZERO, 16, 100_000, Duration.ofSeconds(10), Duration.ofSeconds(25));
        var requests = new Requests(
                hub,
                (asker, request) -> permission.decide(asker, request),
                Quotas.NONE,
                Authentication.NONE,
                LoginFixture.logins(),
                DocumentFixture.of(hub, log),
                new Awareness(hub, timer.asExecutor()));
        var server = new HttpServer(settings, timer.asExecutor(), Runnable::run);
        messages.requests = requests;
        people.requests = requests;
        presence.requests = requests;
        documents.requests = requests;
        events.streams = new EventStreams(
                settings,
                hub,
                requests,
                (attempt, then) -> then.run(),
                new OutboundBudget(1_000_000, Runnable::run),
                timer.asExecutor(),
                Runnable::run);
        asyncApi.socketIoPath = new SocketIoPath("/socket.io/");
        for (var servlet : List.of(messages, people, presence, documents, events, asyncApi)) {
            servlet.server = server;
            servlet.origins = new Origins(List.of());
        }
        var http = new FakeHttp("GET", "/api/openapi.json");
        openApi.proxies = Proxies.NONE;
        openApi.service(http.request(), http.response());
        description = json(http.answer().substring(4));
    }

    @Test
    void isWhereBrowsersSeeTheApplicationBehindAProxy() throws Exception {
        openApi.proxies = new Proxies(List.of("10.0.0.1"));
        var http = new FakeHttp("GET", "/api/openapi.json")
                .at("/shop")
                .from("10.0.0.1")
                .header("X-Forwarded-Prefix", "/live");
        openApi.service(http.request(), http.response());

        assertThat(json(http.answer().substring(4))
                        .getJsonArray("servers")
                        .getJsonObject(0)
                        .getString("url"))
                .isEqualTo("/live/shop");
    }

    @Test
    void namesWhatIsGivenAndNothingElse() throws Exception {
        assertThat(description.getString("openapi")).isEqualTo("3.1.0");
        assertThat(description.getJsonArray("servers").getJsonObject(0).getString("url"))
                .isEqualTo("/");
        description();
        publishing("/api/channels/{channel}/messages", messages, "/orders/messages", PLACED);
        publishing("/api/users/{user}/messages", people, "/bob/messages", PERSONAL);
        reading(
                "/api/channels/{channel}/messages",
                messages,
                "/orders/messages",
                "/a b/messages",
                "/user:bob/messages");
        reading("/api/presence/{channel}", presence, "/news", "/a b", "/user:bob");
        readingADocument();
        changingADocument();
        listening();
        askingForEvents();
        showingABadToken();

        var named = new TreeSet<String>();
        description
                .getJsonObject("paths")
                .forEach((path, methods) -> methods.asJsonObject().forEach((method, one) -> {
                    if (!method.equals("parameters")) {
                        one.asJsonObject()
                                .getJsonObject("responses")
                                .keySet()
                                .forEach(status -> named.add(method + " " + path + " " + status));
                    }
                }));
        assertThat(given).isEqualTo(named);
    }

    private void description() throws Exception {
        var http = new FakeHttp("GET", "/api/openapi.json");
        openApi.service(http.request(), http.response());
        check("get", "/api/openapi.json", http);
    }

    private void publishing(String path, ApiServlet servlet, String address, String body) throws Exception {
        for (var times = 0; times < 2; times++) {
            give(path, servlet, post(address, body).header("Idempotency-Key", "k"));
        }
        var other = body.replace("1}", "2}");
        give(path, servlet, post(address, other).header("Idempotency-Key", "k"));
        give(path, servlet, post(address, "[]"));
        give(path, servlet, post(address, body).header("Origin", "https://evil.example"));
        give(path, servlet, post(address, body).header("Content-Type", "text/plain"));
        give(path, servlet, post(address, PLACED + " ".repeat(1_000)));
        var slow = FakeHttp.below("/api", "POST", address)
                .by(new PersonPrincipal(new Person("ann", "Ann")))
                .slowBody("application/json", 100, "{");
        servlet.service(slow.request(), slow.response());
        timer.tick();
        check("post", path, slow);
        whileRefused(() -> give(path, servlet, post(address, body)));
    }

    private void reading(String path, ApiServlet servlet, String address, String wrong, String forbidden)
            throws Exception {
        give(path, servlet, get(address));
        give(path, servlet, get(wrong));
        give(path, servlet, get(forbidden));
        whileRefused(() -> give(path, servlet, get(address)));
    }

    private void readingADocument() throws Exception {
        give(DOCUMENT, documents, get("/cart"));
        give(DOCUMENT, documents, get("/a b"));
        give(DOCUMENT, documents, get("/cart").header("If-None-Match", "\"0-life.0\""));
        whileForbidden(() -> give(DOCUMENT, documents, get("/cart")));
        whileRefused(() -> give(DOCUMENT, documents, get("/cart")));
    }

    private void changingADocument() throws Exception {
        give(DOCUMENT, documents, patch("/cart", "{\"a\":1}").header("Idempotency-Key", "k"));
        give(DOCUMENT, documents, patch("/a b", "{}"));
        give(DOCUMENT, documents, patch("/cart", "{"));
        give(DOCUMENT, documents, patch("/cart", "{}").header("If-Match", "\"0-life.0\""));
        give(DOCUMENT, documents, patch("/cart", "{}" + " ".repeat(1_000)));
        give(DOCUMENT, documents, patch("/cart", "{}").header("Content-Type", "application/json"));
        give(
                DOCUMENT,
                documents,
                patch("/cart", "[{\"op\":\"remove\",\"path\":\"/x\"}]")
                        .header("Content-Type", "application/json-patch+json"));
        var slow = FakeHttp.below("/api", "PATCH", "/cart")
                .by(new PersonPrincipal(new Person("ann", "Ann")))
                .slowBody("application/merge-patch+json", 100, "{");
        documents.service(slow.request(), slow.response());
        timer.tick();
        check("patch", DOCUMENT, slow);
        whileForbidden(() -> give(DOCUMENT, documents, patch("/cart", "{}")));
        whileRefused(() -> give(DOCUMENT, documents, patch("/cart", "{}")));
    }

    private void whileForbidden(Step step) throws Exception {
        permission = (asker, request) -> CompletableFuture.completedFuture(
                new Decision.Denied(new Reply.Rejected(ErrorCode.CHANNEL_FORBIDDEN, "not you")));
        step.run();
        permission = Permission::byChannel;
    }

    private void listening() throws Exception {
        var stream = get(null).parameter("channel", "a,b");
        var socket = new FakeSocket();
        stream.output = socket.output;
        events.service(stream.request(), stream.response());
        socket.output.becomeFree();
        assertThat(new String(socket.output.bytes(), UTF_8)).contains("event: joined\n");
        check("get", "/api/events", stream);
        give("/api/events", events, get(null).parameter("lastEventId", "nonsense"));
        give("/api/events", events, get(null).parameter("channel", "user:bob"));
        whileRefused(() -> give("/api/events", events, get(null)));
    }

    private void askingForEvents() throws Exception {
        for (var shown : List.of(AsyncApi.of(List.of(), Map.of()), AsyncApi.withheld())) {
            asyncApi.asyncApi = shown;
            give("/api/asyncapi", asyncApi, get(null));
        }
        give("/api/asyncapi", asyncApi, get(null).header("Origin", "https://evil.example"));
    }

    /** The filter answers, before every servlet but that of the description. */
    private void showingABadToken() throws Exception {
        var filter = new VisitorFilter();
        filter.origins = new Origins(List.of());
        filter.proxies = Proxies.NONE;
        filter.forwarder = ForwarderFixture.alone();
        filter.socketIo = new SocketIoPath("/socket.io/");
        filter.roleNames = new RoleNames(Set.of());
        filter.quotas = Quotas.NONE;
        filter.sessions = LoginFixture.sessions();
        filter.authentication = new Tokens();
        filter.logins = LoginFixture.logins();
        for (var operation : List.of(
                "get /api/channels/{channel}/messages",
                "post /api/channels/{channel}/messages",
                "post /api/users/{user}/messages",
                "get /api/presence/{channel}",
                "get " + DOCUMENT,
                "patch " + DOCUMENT,
                "get /api/events",
                "get /api/asyncapi")) {
            var words = operation.split(" ", -1);
            var http = FakeHttp.below("/api", words[0].toUpperCase(Locale.ROOT), words[1].substring("/api".length()))
                    .header("Authorization", "Bearer bad");
            filter.doFilter(http.request(), http.response(), http.chain());
            assertThat(http.status).as(operation).isEqualTo(401);
            check(words[0], words[1], http);
        }
    }

    private interface Step {
        void run() throws Exception;
    }

    private void whileRefused(Step step) throws Exception {
        for (var denied : List.of(
                Reply.Rejected.ofRate("too fast", Duration.ofSeconds(1)),
                new Reply.Rejected(ErrorCode.OVERLOADED, "later"))) {
            permission = (asker, request) -> CompletableFuture.completedFuture(new Decision.Denied(denied));
            step.run();
        }
        permission = (asker, request) -> {
            throw new IllegalStateException("wanted by the test");
        };
        try (var errors = new ErrorLog(Rejections.class)) {
            step.run();
            assertThat(errors.lines()).hasSize(1);
        }
        permission = Permission::byChannel;
    }

    private void give(String path, HttpServlet servlet, FakeHttp http) throws Exception {
        servlet.service(http.request(), http.response());
        check(http.request().getMethod().toLowerCase(Locale.ROOT), path, http);
    }

    /** The answer is as it is described. */
    private void check(String method, String path, FakeHttp http) {
        var answer = method + " " + path + " " + http.status;
        var operation = description.getJsonObject("paths").getJsonObject(path).getJsonObject(method);
        var described = operation.getJsonObject("responses").getJsonObject("" + http.status);
        assertThat(described).as("%s: %s", answer, http.answer()).isNotNull();
        given.add(answer);
        if (http.status == 304) {
            assertThat(described.keySet()).containsExactly("description");
            return;
        }
        var type = http.headers.get("Content-Type").get(0).replace(";charset=UTF-8", "");
        assertThat(described.getJsonObject("content").keySet()).as(answer).containsExactly(type);
        if (!type.equals("text/event-stream")) {
            var schema = described.getJsonObject("content").getJsonObject(type).getJsonObject("schema");
            fits(answer, json(http.answer().substring(4)), schema);
        }
    }

    private void fits(String answer, JsonValue value, JsonObject schemaOrReference) {
        var name = schemaOrReference.getString("$ref", null);
        var schema = name == null
                ? schemaOrReference
                : description
                        .getJsonObject("components")
                        .getJsonObject("schemas")
                        .getJsonObject(name.substring(name.lastIndexOf('/') + 1));
        if (value instanceof JsonArray array) {
            array.forEach(one -> fits(answer, one, schema.getJsonObject("items")));
        }
        if (!(value instanceof JsonObject object) || !schema.containsKey("properties")) {
            return;
        }
        var properties = schema.getJsonObject("properties");
        assertThat(properties.keySet()).as(answer).containsAll(object.keySet());
        assertThat(object.keySet())
                .as(answer)
                .containsAll(schema.getJsonArray("required").getValuesAs(JsonString::getString));
        object.forEach((member, one) -> fits(answer, one, properties.getJsonObject(member)));
    }

    private static FakeHttp get(String address) {
        return FakeHttp.below("/api", "GET", address).by(new PersonPrincipal(new Person("ann", "Ann")));
    }

    private static FakeHttp patch(String address, String body) {
        return FakeHttp.below("/api", "PATCH", address)
                .by(new PersonPrincipal(new Person("ann", "Ann")))
                .body("application/merge-patch+json", body.getBytes(UTF_8));
    }

    private static FakeHttp post(String address, String body) {
        return FakeHttp.below("/api", "POST", address)
                .by(new PersonPrincipal(new Person("ann", "Ann")))
                .body("application/json", body.getBytes(UTF_8));
    }

    private static JsonObject json(String text) {
        try (var reader = Json.createReader(new StringReader(text))) {
            return reader.readObject();
        }
    }
}
