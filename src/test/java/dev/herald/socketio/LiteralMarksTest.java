package dev.herald.socketio;

import static dev.herald.socketio.TestServer.ANN;
import static dev.herald.socketio.TestServer.BOB;
import static dev.herald.socketio.TestServer.SHOP;
import static dev.herald.socketio.TestServer.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.ChannelName;
import dev.herald.api.JsonBytes;
import dev.herald.api.Received;
import jakarta.json.Json;
import jakarta.json.JsonValue;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Data that looks like Herald's own marks for several arguments and for bytes, but is only data: it arrives as it was sent. */
class LiteralMarksTest {

    private static final ChannelName ROOM = new ChannelName("room");

    private final TestServer server = new TestServer(TestServer.settings(false, false));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"$args\":[1,2]}",
                "{\"$args\":[]}",
                "{\"$args\":[{\"$args\":[1]}]}",
                "{ \"$args\" : [ 1 ] }",
                "{\"$bytes\":\"AQID\"}",
                "{\"$bytes\":\"!\"}",
                "{\"$bytes\":5}",
                "{\"$bytes\":\"AQID\",\"more\":1}",
                "{\"$$bytes\":\"AQID\"}",
                "{\"$$$bytes\":{\"$bytes\":\"AQID\"}}",
                "[{\"a\":{\"$bytes\":\"AQID\"}}]",
                "[{\"$args\":[1]}]",
                "1,{\"$args\":[1,2]}",
                "{\"$args\":[1,2]},{\"$bytes\":\"AQID\"}"
            })
    void fromAClientArrivesAsItWasSent(String arguments) {
        var bob = server.connect(BOB);
        var ann = server.connect(ANN);

        ann.emit("\"news\"," + arguments);
        server.hub
                .peer(bob.sid())
                .orElseThrow()
                .send("direct", server.observers.received().json());

        assertThat(bob.hear().stream().map(packet -> TestSocket.parse(packet.substring(2))))
                .containsExactly(
                        TestSocket.parse("[\"news\"," + arguments + "]"),
                        TestSocket.parse("[\"direct\"," + arguments + "]"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"\\u0024bytes\":\"AQID\"}|{\"$bytes\":\"AQID\"}",
                "{\"$byte\\u0073\":\"AQID\"}|{\"$bytes\":\"AQID\"}",
                "[{\"\\u0024bytes\":\"AQID\"},\"$bytes\"]|[{\"$bytes\":\"AQID\"},\"$bytes\"]",
                "{\"\\u0024args\":[1,2]}|{\"$args\":[1,2]}",
                "{\"\\u0024args\":[\"$args\"]}|{\"$args\":[\"$args\"]}"
            })
    void arrivesHoweverItIsSpelled(String sent, String heard) {
        var ann = server.connect(ANN);

        ann.emit("\"news\"," + sent);

        assertThat(TestSocket.parse(ann.hear().get(0).substring(2)))
                .isEqualTo(TestSocket.parse("[\"news\"," + heard + "]"));
    }

    @Test
    void standsBesideRealBytes() {
        var bob = server.connect(BOB);
        var ann = server.connect(ANN);

        ann.say("5", "1-[\"news\",{\"$bytes\":\"BA==\"},{\"_placeholder\":true,\"num\":0}]");
        ann.transport.post("bAQID");

        assertThat(bob.hear())
                .containsExactly("451-[\"news\",{\"$bytes\":\"BA==\"},{\"_placeholder\":true,\"num\":0}]", "bAQID");
        assertThat(server.observers.received().arguments())
                .containsExactly(TestSocket.parse("{\"$$bytes\":\"BA==\"}"), JsonBytes.of(new byte[] {1, 2, 3}));
    }

    @Test
    void comesBackFromABeanThatAnswersWithWhatItGot() {
        var ann = server.connect(ANN);

        ann.say("2", "1[\"echo\",{\"$args\":[1,2]}]").say("2", "2[\"echo\",{\"$bytes\":\"AQID\"}]");
        server.observers.events(Received.class).forEach(received -> received.ack(received.data()));

        assertThat(ann.hear()).containsExactly("431[{\"$args\":[1,2]}]", "432[{\"$bytes\":\"AQID\"}]");
    }

    @Test
    void ofABeanIsOneArgument() {
        var ann = server.connect(ANN, SHOP);
        var peer = server.hub.peer(ann.sid()).orElseThrow();

        peer.emit("event", TestSocket.parse("{\"$args\":[1,2]}"));
        var answer = peer.ask(Duration.ofSeconds(5), "question", TestSocket.parse("{\"$args\":[]}"));
        var heard = ann.hear();
        ann.say("3", "0[{\"$args\":[{\"$bytes\":\"AQID\"}]}]");

        assertThat(heard)
                .containsExactly("42/shop,[\"event\",{\"$args\":[1,2]}]", "42/shop,0[\"question\",{\"$args\":[]}]");
        assertThat(await(answer))
                .as("with the mark of bytes escaped, as everywhere in a bean")
                .containsExactly(TestSocket.parse("{\"$args\":[{\"$$bytes\":\"AQID\"}]}"));
    }

    @Test
    void isToldFromMarksInWhatClientsOfTheFeedSendAndInOldMessages() {
        var bob = server.connect(BOB);
        bob.emit("\"join\",\"room\"");
        bob.hear();

        server.publish(ROOM, "marks", "{\"$args\":[1,{\"$bytes\":\"AQID\"}]}");
        server.publish(ROOM, "literal", "{\"$args\":[{\"$args\":[1,{\"$$bytes\":\"AQID\"}]}]}");

        assertThat(bob.hear())
                .containsExactly(
                        "451-[\"marks\",1,{\"_placeholder\":true,\"num\":0}]",
                        "bAQID",
                        "42[\"literal\",{\"$args\":[1,{\"$bytes\":\"AQID\"}]}]");
    }

    @Test
    void canBeEscapedByABean() {
        var data = TestSocket.parse("[{\"$bytes\":\"AQID\"},{\"$bytes\":1,\"a\":{\"$$bytes\":2}},3]");

        var escaped = JsonBytes.escape(data);

        assertThat(escaped)
                .isEqualTo(TestSocket.parse("[{\"$$bytes\":\"AQID\"},{\"$bytes\":1,\"a\":{\"$$$bytes\":2}},3]"));
        assertThat(JsonBytes.unescape(escaped)).isEqualTo(data);
        assertThat(JsonBytes.escape(Json.createValue("$bytes"))).isEqualTo(Json.createValue("$bytes"));
        assertThat(List.of(JsonBytes.unescape(JsonValue.TRUE))).containsExactly(JsonValue.TRUE);
    }
}
