package dev.herald.web;

import static java.lang.System.Logger.Level.ERROR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.herald.api.ChannelName;
import dev.herald.api.Person;
import dev.herald.api.PersonPrincipal;
import dev.herald.http.HttpServer;
import dev.herald.http.HttpSettings;
import dev.herald.hub.ChannelKinds;
import dev.herald.hub.Draft;
import dev.herald.hub.Hub;
import dev.herald.hub.HubLimits;
import dev.herald.hub.Log;
import dev.herald.hub.MemoryLog;
import dev.herald.request.Permission;
import dev.herald.request.Requests;
import dev.herald.testing.BrokenLog;
import dev.herald.testing.FakeHttp;
import dev.herald.testing.FakeTimer;
import dev.herald.testing.NoObservers;
import dev.herald.testing.QuietLog;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The past of channels by HTTP: {@code docs/feed.md}, "History". */
class MessagesServletTest {

    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-02-03T04:05:06.789Z"), ZoneOffset.UTC);
    private static final Person ANN = new Person("ann", "Ann");

    private final MessagesServlet servlet = new MessagesServlet();
    private final Hub hub = hub(new MemoryLog("life", CLOCK, new MemoryLog.Bounds(100, 1_000_000, 10)));

    private static Hub hub(Log log) {
        return new Hub(
                log,
                new ChannelKinds(List.of(), List.of()),
                new NoObservers(),
                new HubLimits(10, 10, 10),
                CLOCK,
                Runnable::run);
    }

    @BeforeEach
    void allowOnlyTheServersOwnPages() {
        use(hub);
        servlet.origins = new Origins(List.of());
    }

    private void use(Hub one) {
        servlet.requests = new Requests(one, Permission::byChannel);
        servlet.server = new HttpServer(HttpSettings.DEFAULT, new FakeTimer().asExecutor(), Runnable::run);
    }

    @Test
    void areTheSameObjectsAsOnTheFeedTheNewestFirst() throws Exception {
        for (var n = 1; n <= 4; n++) {
            publish("orders", "\"h\u00e9 " + n + "\"");
        }

        var http = get("/orders/messages").parameter("before", "4").parameter("limit", "2");

        assertThat(answer(http))
                .isEqualTo(
                        "200 {\"messages\":[" + message(3) + "," + message(2) + "],\"head\":4,\"epoch\":\"life.0\"}");
        assertThat(http.headers.get("Content-Type")).containsExactly("application/json;charset=UTF-8");
        assertThat(http.headers.get("Cache-Control")).containsExactly("no-store");
        assertThat(http.headers.get("X-Content-Type-Options")).containsExactly("nosniff");
    }

    @Test
    void ofTheOwnPrivateChannelAreTheVisitorsOwn() throws Exception {
        publish(ChannelName.ofUser("ann").value(), "\"for Ann\"");
        publish(ChannelName.ofUser("bob").value(), "\"for Bob\"");

        assertThat(answer(get("/private/messages"))).startsWith("200 ").contains("for Ann");
        assertThat(answer(get("/user:ann/messages"))).startsWith("200 ").contains("for Ann");
        assertThat(answer(get("/user:bob/messages")))
                .startsWith("403 {\"type\":\"urn:problem-type:herald:channel-forbidden\",");
    }

    @Test
    void thatExceptAnybodyAreLeftOut() throws Exception {
        publish("orders", "1");
        publish("orders", "2", "somebody's connection");

        assertThat(answer(get("/orders/messages"))).contains("\"data\":1}]").doesNotContain("\"data\":2");
    }

    @ParameterizedTest
    @CsvSource({
        "/orders/messages,before,0,history-invalid",
        "/orders/messages,before,'',history-invalid",
        "/orders/messages,limit,1001,history-invalid",
        "/orders/messages,limit,many,history-invalid",
        "/a b/messages,limit,1,channel-invalid",
        "/a/b/messages,limit,1,channel-invalid",
        "/gr\u00fcn/messages,limit,1,channel-invalid"
    })
    void areRefusedWith400ForWhatIsWrong(String path, String parameter, String value, String code) throws Exception {
        assertThat(answer(get(path).parameter(parameter, value)))
                .startsWith("400 {\"type\":\"urn:problem-type:herald:" + code + "\",");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/orders", "/orders/", "/messages", "/orders/messages/", "/orders/others"})
    void areNotFoundElsewhere(String path) throws Exception {
        assertThat(answer(get(path))).startsWith("404");
    }

    @Test
    void areRefusedWith503WhileTheLogCannotBeRead() throws Exception {
        var log = new BrokenLog();
        log.failure = new IllegalStateException("the database is gone");
        use(hub(log));

        assertThat(answer(get("/orders/messages")))
                .startsWith("503 {\"type\":\"urn:problem-type:herald:log-unavailable\",");
        QuietLog.expect(ERROR, "the log cannot be read", "refused", "the database is gone");
    }

    @Test
    void areForPagesOfTheServersOwnAndOfListedOriginsOnly() throws Exception {
        servlet.origins = new Origins(List.of("https://app.example"));
        var listed = get("/orders/messages").header("Origin", "https://app.example");

        assertThat(answer(listed)).startsWith("200 ");
        assertThat(listed.headers.get("Access-Control-Allow-Origin")).containsExactly("https://app.example");
        assertThat(answer(get("/orders/messages").header("Origin", "https://evil.example")))
                .startsWith("403 {\"type\":\"urn:problem-type:herald:origin-forbidden\"");
        assertThat(answer(get("/orders/messages").header("Sec-Fetch-Site", "cross-site")))
                .startsWith("403 {\"type\":\"urn:problem-type:herald:origin-forbidden\"");
    }

    @Test
    void areNeverReadByNobody() {
        var http = FakeHttp.below("/api/channels", "GET", "/orders/messages");

        assertThatIllegalStateException().isThrownBy(() -> servlet.service(http.request(), http.response()));
    }

    private void publish(String channel, String json, String... except) {
        hub.publish(new Draft(new ChannelName(channel), "placed", null, null, json, null, Set.of(except)))
                .toCompletableFuture()
                .join();
    }

    private static String message(int offset) {
        return "{\"event\":\"placed\",\"channel\":\"orders\",\"offset\":" + offset
                + ",\"epoch\":\"life.0\",\"at\":\"2026-02-03T04:05:06.789Z\",\"data\":\"h\u00e9 " + offset + "\"}";
    }

    private static FakeHttp get(String pathInfo) {
        return FakeHttp.below("/api/channels", "GET", pathInfo).by(new PersonPrincipal(ANN));
    }

    private String answer(FakeHttp http) throws Exception {
        servlet.service(http.request(), http.response());
        return http.answer();
    }
}
