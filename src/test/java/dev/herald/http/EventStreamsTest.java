package dev.herald.http;

import static dev.herald.request.ErrorCode.CHANNEL_FORBIDDEN;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.ChannelName;
import dev.herald.api.Person;
import dev.herald.api.PersonPrincipal;
import dev.herald.hub.ChannelKinds;
import dev.herald.hub.Draft;
import dev.herald.hub.Hub;
import dev.herald.hub.HubLimits;
import dev.herald.hub.MemoryLog;
import dev.herald.outbox.OutboundBudget;
import dev.herald.request.Admission;
import dev.herald.request.Permission;
import dev.herald.request.Permission.Decision;
import dev.herald.request.Reply;
import dev.herald.request.Requests;
import dev.herald.testing.ErrorLog;
import dev.herald.testing.FakeHttp;
import dev.herald.testing.FakeSocket;
import dev.herald.testing.FakeTimer;
import dev.herald.testing.NoObservers;
import jakarta.json.Json;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams of Server-Sent Events over a real hub, without a network: {@code docs/http.md}, "Events". */
class EventStreamsTest {

    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-02-03T04:05:06.789Z"), ZoneOffset.UTC);
    private static final Person ANN = new Person("ann", "Ann");
    private static final int MAX_CONNECTIONS = 3;
    private static final int QUEUED = 16;
    private static final int KEPT = 60;
    private static final int REPLAYED = 50;
    private static final HttpSettings SETTINGS = new HttpSettings(
            1_000, 4, Duration.ofSeconds(30), QUEUED, 100_000, Duration.ofSeconds(10), Duration.ofSeconds(25));

    private final Hub hub = new Hub(
            new MemoryLog("life", CLOCK, new MemoryLog.Bounds(KEPT, 1_000_000, 10)),
            new ChannelKinds(List.of("typing"), List.of()),
            new NoObservers(),
            new HubLimits(MAX_CONNECTIONS, 30, REPLAYED),
            CLOCK,
            Runnable::run);
    private Admission admission = (attempt, then) -> then.run();
    private Permission permission = Permission::byChannel;
    private final Requests requests = new Requests(hub, (asker, request) -> permission.decide(asker, request));
    private final HttpServer server = new HttpServer(SETTINGS, new FakeTimer().asExecutor(), Runnable::run);
    private final OutboundBudget budget = new OutboundBudget(1_000_000, Runnable::run);
    private final EventStreams streams = new EventStreams(
            SETTINGS,
            hub,
            requests,
            (attempt, then) -> admission.examine(attempt, then),
            budget,
            new FakeTimer().asExecutor(),
            Runnable::run);

    @Test
    void beginWithWhereTheListenerIsInEachChannel() throws Exception {
        publish("a", "placed", "1");
        var ear = listen(null, "a", "b");

        assertThat(ear.http.status).isEqualTo(200);
        assertThat(ear.http.headers.get("Content-Type")).containsExactly("text/event-stream;charset=UTF-8");
        assertThat(ear.http.headers.get("Cache-Control")).containsExactly("no-store, no-transform");
        assertThat(ear.http.headers.get("X-Accel-Buffering")).containsExactly("no");
        assertThat(ear.heard())
                .containsExactly(
                        "retry: 2000",
                        "event: joined|data: {\"event\":\"joined\",\"channel\":\"a\",\"recovered\":false,\"head\":1,\"epoch\":\"life.0\"}|id: a=life.0:1",
                        "event: joined|data: {\"event\":\"joined\",\"channel\":\"b\",\"recovered\":false,\"head\":0,\"epoch\":\"life.0\"}|id: a=life.0:1,b=life.0:0");
    }

    @Test
    void bringMessagesWithThePlacesInAllChannels() throws Exception {
        var ear = listen(null, "a", "b").begun();
        publish("b", "placed", "\"J\u00fcrgen \u540d\u524d \u0633\u0644\u0645\u0649 \ud83d\ude00\"");
        publish("a", "placed", "2");
        publish("elsewhere", "placed", "3");

        assertThat(ear.heard())
                .containsExactly(
                        "event: placed|data: "
                                + message("b", 1, "\"J\u00fcrgen \u540d\u524d \u0633\u0644\u0645\u0649 \ud83d\ude00\"")
                                + "|id: a=life.0:0,b=life.0:1",
                        "event: placed|data: " + message("a", 1, "2") + "|id: a=life.0:1,b=life.0:1");
    }

    @Test
    void areOfNewsWhenNoChannelIsNamed() throws Exception {
        var ear = listen(null);

        assertThat(ear.heard().get(1)).contains("\"channel\":\"news\"");
        assertThat(hub.presence().people(ChannelName.NEWS)).containsExactly(ANN);
        assertThat(hub.presence().people(ChannelName.ofUser("ann"))).isEmpty();
    }

    @Test
    void goOnAfterTheLastEventWithoutHoleOrDouble() throws Exception {
        publishAll("a", 1, 3);
        publishAll("b", 1, 2);
        var ear = listen("a=life.0:1,b=life.0:2", "a", "b");
        publish("b", "placed", "3");

        assertThat(ear.heard().subList(1, 6))
                .containsExactly(
                        "event: joined|data: {\"event\":\"joined\",\"channel\":\"a\",\"recovered\":true,\"head\":3,\"epoch\":\"life.0\"}|id: a=life.0:1,b=life.0:2",
                        "event: placed|data: " + message("a", 2, "2") + "|id: a=life.0:2,b=life.0:2",
                        "event: placed|data: " + message("a", 3, "3") + "|id: a=life.0:3,b=life.0:2",
                        "event: joined|data: {\"event\":\"joined\",\"channel\":\"b\",\"recovered\":true,\"head\":2,\"epoch\":\"life.0\"}|id: a=life.0:3,b=life.0:2",
                        "event: placed|data: " + message("b", 3, "3") + "|id: a=life.0:3,b=life.0:3");
    }

    @Test
    void loseNothingWhereverTheyAreCut() throws Exception {
        publishAll("a", 1, 40);
        publishAll("b", 1, 40);
        var id = "a=life.0:0,b=life.0:0";
        var got = new ArrayList<String>();
        for (var cut = 1; got.size() < 80 && cut < 200; cut++) {
            var ear = listen(id, "a", "b");
            for (var event : ear.heard().stream().limit(1 + cut % 7).toList()) {
                if (event.contains("event: placed")) {
                    got.add(event.replaceAll(".*\"channel\":\"(.)\",\"offset\":([0-9]+).*", "$1$2"));
                }
                id = event.contains("id: ") ? event.replaceAll(".*\\|id: ", "") : id;
            }
            ear.http.abort();
        }

        assertThat(got).doesNotHaveDuplicates().hasSize(80);
        assertThat(got.stream().filter(one -> one.startsWith("b")))
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, 40).mapToObj(n -> "b" + n).toList());
    }

    @Test
    void tellWhatIsMissing() throws Exception {
        publishAll("a", 1, KEPT + 10);
        publishAll("b", 1, REPLAYED + 5);
        var ear = listen("a=life.0:1,b=life.0:1,c=other:7,d=life.0:9", "a", "b", "c", "d");

        assertThat(ear.heard().stream().filter(event -> event.startsWith("event: gap")))
                .extracting(event -> event.replaceAll(".*channel\":\"(.)\".*reason\":\"([a-z]+)\".*", "$1 $2"))
                .containsExactly("a trimmed", "b limit", "c epoch", "d ahead");
        publish("a", "placed", "71");
        assertThat(ear.heard())
                .singleElement()
                .asString()
                .endsWith("id: a=life.0:71,b=life.0:55,c=life.0:0,d=life.0:0");
    }

    @Test
    void areOfTheOwnPrivateChannelByItsWordOnly() throws Exception {
        var ear = listen(null, "private");
        hub.publish(new Draft(ChannelName.ofUser("ann"), "private", new Person("bob", "Bob"), "ann", "1", null));

        assertThat(ear.heard())
                .anyMatch(event -> event.startsWith("event: private|") && event.contains("\"from\":\"bob\""));
    }

    @Test
    void areRefusedWholeWhenOneChannelIs() throws Exception {
        var ear = listen(null, "a", "user:bob");

        assertThat(ear.http.answer()).startsWith("403 ").contains("channel-forbidden");
        assertThat(ear.http.headers.get("Content-Type")).containsExactly("application/problem+json");
        assertNobodyIsLeft();
    }

    @Test
    void areRefusedForWhatIsWrongWithTheRequest() throws Exception {
        var many = IntStream.range(0, 21).mapToObj(n -> "c" + n).toArray(String[]::new);

        assertThat(listen(null, many).http.answer()).startsWith("400 ").contains("too-many-channels");
        assertThat(listen(null, "a b").http.answer()).startsWith("400 ").contains("channel-invalid");
        assertThat(listen("nonsense", "a").http.answer()).startsWith("400 ").contains("since-invalid");
        assertThat(listen("a=life.0:1".repeat(1_000), "a").http.answer()).startsWith("400 ");
        assertNobodyIsLeft();
    }

    @Test
    void areRefusedWhenTheServerIsFull() throws Exception {
        for (var n = 0; n < MAX_CONNECTIONS; n++) {
            listen(null, "a").begun();
        }
        try (var log = new ErrorLog(EventStreams.class)) {
            var ear = listen(null, "a");

            assertThat(ear.http.answer()).startsWith("503 ").contains("overloaded");
            assertThat(ear.http.headers.get("Retry-After")).containsExactly("10");
            assertThat(streams.size()).isEqualTo(MAX_CONNECTIONS);
            assertThat(log.warnings()).singleElement().asString().startsWith("listeners are turned away: ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gap", "closed", "open", "message", "a\nid: 7", "a\rb"})
    void writeNoNameThatCouldBeMistaken(String name) throws Exception {
        var ear = listen(null, "a").begun();
        publish("a", name, "1");

        assertThat(ear.heard())
                .singleElement()
                .asString()
                .startsWith("data: {\"event\":")
                .endsWith("|id: a=life.0:1")
                .doesNotContain("event: ");
    }

    @Test
    void writeJsonWithLineBreaksInOneLine() throws Exception {
        var ear = listen(null, "a").begun();
        publish("a", "placed", "{\n\r\n \"x\": \"\\n\"}");

        assertThat(ear.heard()).singleElement().asString().contains("\"data\":{    \"x\": \"\\n\"}}|id: a=life.0:1");
    }

    @Test
    void bringVolatileMessagesWithoutAnId() throws Exception {
        var ear = listen(null, "a", "typing").begun();
        publish("typing", "types", "1");

        assertThat(ear.heard())
                .singleElement()
                .asString()
                .startsWith("event: types|")
                .doesNotContain("|id:");
    }

    @Test
    void holdNoThreadWhileNobodyHasDecided() throws Exception {
        var decision = new CompletableFuture<Decision>();
        permission = (asker, request) -> decision;
        var ear = listen(null, "a");
        assertThat(ear.socket.output.listener()).isNull();
        decision.complete(new Decision.Allowed());
        ear.socket.output.becomeFree();
        publish("a", "placed", "1");

        assertThat(ear.heard()).hasSize(3);
    }

    @Test
    void areExaminedAsOtherConnectionsAre() throws Exception {
        admission = (attempt, then) -> {
            attempt.put("tenant", "north");
            then.run();
        };
        listen(null, "a").begun();
        assertThat(hub.presence().connections("/").get(0).get("tenant")).contains("north");

        admission = (attempt, then) -> {
            attempt.refuse("customers only", Json.createValue(7));
            then.run();
        };
        var refused = listen(null, "a");
        assertThat(refused.http.answer())
                .startsWith("403 ")
                .contains("\"code\":\"refused\"", "\"detail\":\"customers only\"", "\"data\":7");
        assertThat(streams.size()).isEqualTo(1);
    }

    @Test
    void holdNoThreadWhileTheyAreExaminedAndForgetWhoGoesMeanwhile() throws Exception {
        var decisions = new ArrayList<Runnable>();
        admission = (attempt, then) -> decisions.add(then);
        var ear = listen(null, "a");
        ear.http.abort();
        decisions.forEach(Runnable::run);

        assertNobodyIsLeft();
        assertThat(ear.http.completions).isEqualTo(1);
    }

    @Test
    void sayACommentWhenThereIsNothingElseToSay() throws Exception {
        var ear = listen(null, "a").begun();

        streams.tick(System.nanoTime() + Duration.ofSeconds(24).toNanos());
        assertThat(ear.heard()).isEmpty();
        streams.tick(System.nanoTime() + Duration.ofSeconds(26).toNanos());
        assertThat(ear.heard()).containsExactly(":");
    }

    @Test
    void endForWhoReadsTooSlowlyAndNobodyElse() throws Exception {
        var slow = listen(null, "a").begun();
        var other = listen(null, "a").begun();
        slow.socket.output.free(() -> false);
        publishAll("a", 1, QUEUED + 10);

        assertThat(slow.http.completions).isEqualTo(1);
        assertThat(other.heard()).hasSize(QUEUED + 10);
        assertThat(hub.presence().people(new ChannelName("a"))).hasSize(1);
        assertThat(budget.bytes()).isZero();
    }

    @Test
    void endForWhoTakesNoDataForTooLong() throws Exception {
        var ear = listen(null, "a").begun();
        ear.socket.output.free(() -> false);
        publish("a", "placed", "1");
        var now = System.nanoTime();

        streams.tick(now);
        streams.tick(now + Duration.ofSeconds(9).toNanos());
        assertThat(ear.http.completions).isZero();
        streams.tick(now + Duration.ofSeconds(11).toNanos());

        assertThat(ear.http.completions).isEqualTo(1);
        assertNobodyIsLeft();
    }

    @Test
    void catchUpAsFastAsTheListenerReads() throws Exception {
        publishAll("a", 1, REPLAYED);
        var ear = listen("a=life.0:0", "a");
        var got = new ArrayList<String>(ear.heard());

        assertThat(got.stream().filter(event -> event.startsWith("event: placed")))
                .hasSize(REPLAYED);
    }

    @Test
    void endWhenTheClientHasGone() throws Exception {
        var ear = listen(null, "a").begun();
        ear.http.abort();

        assertThat(ear.http.completions).isEqualTo(1);
        assertNobodyIsLeft();

        var broken = listen(null, "a").begun();
        broken.socket.output.failure = new IOException("wanted by the test");
        publish("a", "placed", "1");

        assertThat(broken.http.completions).isEqualTo(1);
        assertNobodyIsLeft();
    }

    @Test
    void endWhenTheServerGoesDown() throws Exception {
        var ear = listen(null, "a").begun();
        streams.close();

        assertThat(ear.http.completions).isEqualTo(1);
        assertNobodyIsLeft();
        assertThat(listen(null, "a").http.completions).isEqualTo(1);
    }

    @Test
    void endWithAWordWhenTheApplicationWantsSo() throws Exception {
        var ear = listen(null, "a").begun();
        var peer = hub.peer(hub.presence().connections("/").get(0).id()).orElseThrow();
        peer.send("greeting", "1");
        peer.close();

        assertThat(ear.heard())
                .containsExactly(
                        "event: greeting|data: {\"event\":\"greeting\",\"at\":\"2026-02-03T04:05:06.789Z\",\"data\":1}",
                        "event: closed|data: {\"event\":\"closed\"}");
        assertThat(ear.http.completions).isEqualTo(1);
        assertNobodyIsLeft();
    }

    @Test
    void tellWhatTheApplicationPutsTheListenerIntoAndTakesItOutOf() throws Exception {
        var ear = listen(null, "a", "b").begun();
        var peer = hub.peer(hub.presence().connections("/").get(0).id()).orElseThrow();
        peer.join(new ChannelName("more"));
        publish("more", "placed", "1");
        peer.leave(new ChannelName("a"));
        publish("a", "placed", "1");

        assertThat(ear.heard())
                .containsExactly(
                        "event: joined|data: {\"event\":\"joined\",\"channel\":\"more\",\"recovered\":false,\"head\":0,\"epoch\":\"life.0\"}|id: a=life.0:0,b=life.0:0",
                        "event: placed|data: " + message("more", 1, "1"),
                        "event: left|data: {\"event\":\"left\",\"channel\":\"a\"}|id: b=life.0:0");
    }

    @Test
    void tellWhyTheListenerMayNotBeInAChannelAnyMore() throws Exception {
        var ear = listen(null, "a", "b").begun();
        permission = (asker, request) -> CompletableFuture.completedFuture(new Decision.Denied(
                new Reply.Rejected(CHANNEL_FORBIDDEN, "taken-away", "\u540d\u524d is closed to you", null)));
        requests.rooms().revoke("ann", new ChannelName("a"));
        publish("a", "placed", "1");

        assertThat(ear.heard())
                .containsExactly(
                        "event: left|data: {\"event\":\"left\",\"channel\":\"a\",\"code\":\"taken-away\",\"message\":\"\u540d\u524d is closed to you\"}|id: b=life.0:0");
    }

    private void assertNobodyIsLeft() {
        assertThat(hub.presence().connections("/")).isEmpty();
        assertThat(streams.size()).isZero();
        assertThat(budget.bytes()).isZero();
    }

    private void publish(String channel, String event, String json) {
        hub.publish(new Draft(new ChannelName(channel), event, null, null, json, null))
                .toCompletableFuture()
                .join();
    }

    private void publishAll(String channel, int first, int last) {
        IntStream.rangeClosed(first, last).forEach(n -> publish(channel, "placed", "" + n));
    }

    private static String message(String channel, int offset, String json) {
        return "{\"event\":\"placed\",\"channel\":\"" + channel + "\",\"offset\":" + offset
                + ",\"epoch\":\"life.0\",\"at\":\"2026-02-03T04:05:06.789Z\",\"data\":" + json + "}";
    }

    private Ear listen(String lastEventId, String... channels) throws IOException {
        var ear = new Ear();
        var exchange = server.begin(ear.http.request(), ear.http.response());
        streams.listen(exchange, List.of(channels), lastEventId);
        exchange.end();
        if (ear.socket.output.listener() != null) {
            ear.socket.output.becomeFree();
        }
        return ear;
    }

    /** A client and its connection. */
    private static final class Ear {

        private final FakeHttp http = new FakeHttp("GET", "/api/events").by(new PersonPrincipal(ANN));
        private final FakeSocket socket = new FakeSocket();

        Ear() {
            http.output = new Output();
        }

        /** As a container's: without a listener one writes as one likes. */
        private final class Output extends ServletOutputStream {

            @Override
            public boolean isReady() {
                return socket.output.isReady();
            }

            @Override
            public void setWriteListener(WriteListener listener) {
                socket.output.setWriteListener(listener);
            }

            @Override
            public void write(byte[] bytes) throws IOException {
                if (socket.output.listener() == null) {
                    http.bytes.writeBytes(bytes);
                } else {
                    socket.output.write(bytes);
                }
            }

            @Override
            public void flush() throws IOException {
                socket.output.flush();
            }

            @Override
            public void write(int oneByte) {
                throw new AssertionError("writes a single byte");
            }
        }

        /** Each event since the last look, its lines separated by bars. */
        List<String> heard() {
            var text = new String(socket.output.bytes(), UTF_8);
            assertThat(text.isEmpty() || text.endsWith("\n\n")).isTrue();
            return Arrays.stream(text.split("\n\n", -1))
                    .filter(event -> !event.isEmpty())
                    .map(event -> event.replace('\n', '|'))
                    .toList();
        }

        /** Forgets the beginning. */
        Ear begun() {
            assertThat(heard()).isNotEmpty();
            return this;
        }
    }
}
