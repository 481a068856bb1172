package dev.herald.socketio;

import static dev.herald.socketio.TestServer.ANN;
import static dev.herald.socketio.TestServer.BOB;
import static dev.herald.socketio.TestServer.BOUNDS;
import static dev.herald.socketio.TestServer.CLOCK;
import static dev.herald.socketio.TestServer.MAIN;
import static dev.herald.socketio.TestServer.SHOP;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.Joined;
import dev.herald.hub.HubLimits;
import dev.herald.hub.MemoryLog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A connection's id is a room of its own, as with the reference server. */
class ConnectionRoomTest {

    private final FakeStates states = new FakeStates();
    private TestServer server = life("life");

    private TestServer life(String epoch) {
        return new TestServer(
                TestServer.settings(true, false),
                new MemoryLog(epoch, CLOCK, BOUNDS),
                states,
                256,
                new HubLimits(100, 3, 900));
    }

    /** As a broadcast does. */
    private void to(String namespace, String name, String event, String... except) {
        server.hub.channelsOf(namespace, name).forEach(channel -> server.publish(channel, event, "1", except));
    }

    @ParameterizedTest
    @ValueSource(strings = {MAIN, SHOP})
    void reachesTheConnectionAndNobodyElse(String namespace) {
        var ann = server.connect(ANN, namespace);
        var annToo = server.connect(ANN, namespace);
        var bob = server.connect(BOB, namespace);

        to(namespace, ann.sid(), "a");
        to(namespace, ann.sid(), "b");
        to(namespace, ann.sid(), "c", ann.sid());

        assertThat(ann.events())
                .hasSize(2)
                .satisfiesExactly(
                        first -> assertThat(first).startsWith("[\"a\",1,"),
                        second -> assertThat(second).startsWith("[\"b\",1,"));
        assertThat(annToo.events()).isEmpty();
        assertThat(bob.events()).isEmpty();
        assertThat(server.observers.events(Joined.class))
                .as("nobody is told of it")
                .isEmpty();
    }

    @Test
    void isOfItsNamespaceOnly() {
        var ann = server.connect(ANN, SHOP);

        to(MAIN, ann.sid(), "a");

        assertThat(ann.events()).isEmpty();
    }

    @Test
    void cannotBeJoinedByOthersWhoKnowTheId() {
        var ann = server.connect(ANN);
        var bob = server.connect(BOB);
        bob.emit("\"join\",\"" + ann.sid() + "\"");
        bob.say("2", "1[\"join\",\"" + server.hub.peer(ann.sid()).orElseThrow().room() + "\"]");
        assertThat(bob.hear()).last().asString().startsWith("431[{\"error\":{\"code\":\"channel-forbidden\"");
        bob.emit("\"leave\",\"" + ann.sid() + "\"");

        to(MAIN, ann.sid(), "a");

        assertThat(ann.events()).hasSize(1);
        assertThat(bob.events()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void keepsWhatIsMissedForWhoRecovers(boolean isKnown) {
        var ann = server.connect(ANN);
        if (isKnown) {
            to(MAIN, ann.sid(), "before");
            assertThat(ann.events()).hasSize(1);
        }
        ann.transport.cut();
        to(MAIN, ann.sid(), "missed");

        var back = server.open(ANN);
        back.post("40" + ann.comeback());
        var heard = back.hear();
        to(MAIN, ann.sid(), "after");

        assertThat(heard)
                .satisfiesExactly(
                        missed -> assertThat(missed).startsWith("42[\"missed\",1,"),
                        connected -> assertThat(connected).startsWith("40{\"sid\":\"" + ann.sid()));
        assertThat(back.hear()).singleElement().asString().startsWith("42[\"after\",1,");
        assertThat(server.outcomes("recovered")).isOne();
    }

    @Test
    void doesNotKeepAClientFromRecoveringAfterACrash() {
        var log = new MemoryLog("life", CLOCK, BOUNDS);
        var ann = server.connect(ANN, SHOP);
        to(SHOP, ann.sid(), "before");
        ann.hear();
        states.crash();
        server = new TestServer(TestServer.settings(true, false), log, states, 256, new HubLimits(100, 3, 900));

        new TestSocket(server.open(ANN), SHOP).connect(ann.comeback());

        assertThat(server.socketIo.recoveryOutcomes()).hasSize(1);
    }
}
