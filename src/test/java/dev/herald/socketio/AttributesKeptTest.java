package dev.herald.socketio;

import static dev.herald.socketio.TestServer.ANN;
import static dev.herald.socketio.TestServer.BOB;
import static dev.herald.socketio.TestServer.CLOCK;
import static dev.herald.socketio.TestServer.MAIN;
import static dev.herald.socketio.TestServer.SETTINGS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.Connected;
import dev.herald.api.Connection;
import dev.herald.hub.HubLimits;
import dev.herald.hub.Log;
import dev.herald.hub.MemoryLog;
import jakarta.json.Json;
import org.junit.jupiter.api.Test;

/** What an application keeps with a connection stays with it, also when its client recovers after a crash. */
class AttributesKeptTest {

    private static final HubLimits LIMITS = new HubLimits(100, 10, 900);

    private final FakeStates states = new FakeStates();
    private final Log log = new MemoryLog("life", CLOCK, TestServer.BOUNDS);
    private TestServer server = new TestServer(SETTINGS, log, states, 256, LIMITS);

    private void crash() {
        states.crash();
        server = new TestServer(SETTINGS, log, states, 256, LIMITS);
    }

    private Connection latest() {
        var all = server.observers.events(Connected.class);
        return all.get(all.size() - 1).connection();
    }

    private TestSocket comeBack(TestSocket client) {
        return new TestSocket(server.open(ANN), MAIN).connect(client.comeback());
    }

    @Test
    void whatAnExaminerLearnsIsThereFromTheBeginning() {
        server.examiner = (attempt, then) -> {
            attempt.put("tenant", attempt.auth().getString("tenant"));
            then.run();
        };

        new TestSocket(server.open(BOB), MAIN).connect("{\"tenant\":\"سلمى\"}");

        assertThat(latest().get("tenant")).contains("سلمى");
        assertThat(latest().handshake().auth().getString("tenant")).isEqualTo("سلمى");
    }

    @Test
    void aClientThatRecoversHasWhatItHad() {
        var ann = server.connect(ANN);
        server.hub.peer(ann.sid()).orElseThrow().put("tenant", "acme");
        ann.transport.post("1"); // closes Engine.IO

        var back = comeBack(ann);

        assertThat(back.sid()).isEqualTo(ann.sid());
        assertThat(latest().get("tenant")).contains("acme");
    }

    @Test
    void aClientThatRecoversAfterACrashHasWhatItHad() {
        var ann = server.connect(ANN);
        var peer = server.hub.peer(ann.sid()).orElseThrow();
        peer.put("tenant", "名前 😀");
        peer.put("rights", Json.createObjectBuilder().add("write", true).build());
        crash();

        var back = comeBack(ann);

        assertThat(back.sid()).isEqualTo(ann.sid());
        assertThat(latest().get("tenant")).contains("名前 😀");
        assertThat(latest().attributes().getJsonObject("rights").getBoolean("write"))
                .isTrue();
    }

    @Test
    void whatIsLearntNewCountsMore() {
        var ann = server.connect(ANN);
        var peer = server.hub.peer(ann.sid()).orElseThrow();
        peer.put("tenant", "old");
        peer.put("level", "1");
        crash();
        server.examiner = (attempt, then) -> {
            attempt.put("tenant", "new");
            then.run();
        };

        comeBack(ann);

        assertThat(latest().get("tenant")).contains("new");
        assertThat(latest().get("level")).contains("1");
    }

    @Test
    void whatIsTooMuchTogetherIsWhatIsLearntNew() {
        var ann = server.connect(ANN);
        server.hub.peer(ann.sid()).orElseThrow().put("old", "x".repeat(3_000));
        crash();
        server.examiner = (attempt, then) -> {
            attempt.put("new", "y".repeat(3_000));
            then.run();
        };

        var back = comeBack(ann);

        assertThat(back.sid()).isEqualTo(ann.sid());
        assertThat(latest().attributes()).containsOnlyKeys("new");
    }

    @Test
    void anotherClientHasNothingOfIt() {
        var ann = server.connect(ANN);
        server.hub.peer(ann.sid()).orElseThrow().put("tenant", "acme");

        server.connect(ANN);

        assertThat(latest().id()).isNotEqualTo(ann.sid());
        assertThat(latest().attributes()).isEmpty();
    }
}
