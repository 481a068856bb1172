package dev.herald.socketio;

import static dev.herald.socketio.TestServer.ANN;
import static dev.herald.socketio.TestServer.BOB;
import static dev.herald.socketio.TestServer.MAIN;
import static dev.herald.socketio.TestServer.SHOP;
import static dev.herald.socketio.TestServer.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.herald.api.Peer;
import dev.herald.testing.ErrorLog;
import jakarta.json.Json;
import jakarta.json.JsonValue;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which names events may have, and what becomes of those that nobody handles. */
class EventNamesTest {

    private TestServer server = new TestServer(TestServer.settings(false, false));

    private Peer peer(TestSocket client) {
        return server.hub.peer(client.sid()).orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ack", "connected", "error", "joined", "left", "pong", "sent"})
    void ofTheFeedAreFreeForSocketIo(String name) {
        for (var namespace : List.of(MAIN, SHOP)) {
            var ann = server.connect(ANN, namespace);
            var prefix = namespace.equals(MAIN) ? "" : namespace + ",";

            ann.say("2", "7[\"" + name + "\",1]");
            server.observers.received().ack(Json.createValue(2));
            peer(ann).emit(name, Json.createValue(3));
            var answer = peer(ann).ask(Duration.ofSeconds(5), name);
            ann.say("3", "0[4]");

            assertThat(server.observers.received().event()).isEqualTo(name);
            assertThat(ann.hear())
                    .containsExactly(
                            "43" + prefix + "7[2]",
                            "42" + prefix + "[\"" + name + "\",3]",
                            "42" + prefix + "0[\"" + name + "\"]");
            assertThat(await(answer)).containsExactly(Json.createValue(4));
        }
    }

    @Test
    void ofTheFeedAreRefusedInChannelsThatItsClientsMayBeIn() {
        var bob = server.connect(BOB);
        var ann = server.connect(ANN);

        ann.say("2", "1[\"joined\",1,{\"channel\":\"news\"}]");

        assertThat(ann.hear()).singleElement().asString().startsWith("431[{\"error\":{\"code\":\"event-reserved\"");
        assertThat(bob.hear()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener", ""})
    void ofSocketIosLibrariesAreNotForBeans(String name) {
        var peer = peer(server.connect(ANN));

        assertThatIllegalArgumentException().isThrownBy(() -> peer.emit(name));
        assertThatIllegalArgumentException().isThrownBy(() -> peer.ask(Duration.ofSeconds(5), name));
    }

    @ParameterizedTest
    @CsvSource({MAIN, SHOP})
    void areOneTo128CharactersLong(String namespace) {
        var ann = server.connect(ANN, namespace);

        ann.say("2", "1[\"\"]").say("2", "2[\"" + "n".repeat(129) + "\"]").emit("\"\"");

        assertThat(ann.hear()).hasSize(3).allSatisfy(told -> assertThat(told).contains("\"code\":\"event-invalid\""));
    }

    @Test
    void thatNobodyHandlesAreNotAcknowledgedAndToldToTheOperator() {
        server.observers.handles = received -> false;
        server.observers.observedNames = List.of("leave-shop", "order-placed", "ordering");
        var ann = server.connect(ANN);
        try (var log = new ErrorLog(UnhandledEvents.class)) {
            ann.say("2", "1[\"orderplaced\"]").emit("\"orderplaced\"").emit("\"other\"");

            assertThat(log.warnings())
                    .as("one line in a while")
                    .singleElement()
                    .asString()
                    .contains("the event orderplaced in namespace /")
                    .contains(ann.sid())
                    .endsWith("the nearest handler is that of order-placed");
        }
        assertThat(ann.hear()).isEmpty();
    }

    @Test
    void thatNobodyHandlesAreRefusedIfTheSettingsSaySo() {
        var some = TestServer.settings(false, false);
        server = new TestServer(new SocketIoSettings(
                some.namespaces(),
                some.connectTimeout(),
                some.attachmentTimeout(),
                some.maxAttachmentBytes(),
                some.maxInvalidNamespaces(),
                some.pendingAnswers(),
                some.recovery(),
                some.recoveryWindow(),
                some.maxSuspended(),
                some.metadata(),
                some.bare(),
                true));
        server.observers.handles = received -> false;
        var ann = server.connect(ANN);

        ann.say("2", "1[\"unheard-of\"]").emit("\"unheard-of\"");

        assertThat(ann.hear())
                .satisfiesExactly(
                        ack -> assertThat(ack).startsWith("431[{\"error\":{\"code\":\"no-handler\""),
                        error -> assertThat(error)
                                .startsWith("42[\"error\",{\"code\":\"no-handler\"")
                                .endsWith("\"event\":\"unheard-of\"}]"));
    }

    @Test
    void thatAreNearestDifferInTheFewestLetters() {
        assertThat(UnhandledEvents.nearest("dat", List.of("date", "data", "update")))
                .contains("data");
        assertThat(UnhandledEvents.nearest("dat", List.of())).isEmpty();
    }

    @Test
    void thatTellTheOperatorNothingNewAreShownShortAndPrintable() {
        server.observers.handles = received -> false;
        var ann = server.connect(ANN);
        try (var log = new ErrorLog(UnhandledEvents.class)) {
            ann.emit("\"a\\nb" + "c".repeat(100) + "\"");

            assertThat(log.warnings()).singleElement().asString().contains("event a?b" + "c".repeat(57) + "… in");
        }
        assertThat(peer(ann).emit("free", JsonValue.TRUE)).isTrue();
    }
}
