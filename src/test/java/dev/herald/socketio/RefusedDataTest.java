package dev.herald.socketio;

import static dev.herald.socketio.TestServer.ANN;
import static dev.herald.socketio.TestServer.BOB;
import static dev.herald.socketio.TestServer.SHOP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.herald.api.ChannelName;
import dev.herald.api.Envelope;
import dev.herald.api.UnansweredException;
import jakarta.json.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** JSON that no log could hold, or that programs understand differently, is refused; the connection lives on. */
class RefusedDataTest {

    private static final String HALF = "\"\\ud83d\"";

    private final TestServer server = new TestServer(TestServer.settings(false, false));

    @ParameterizedTest
    @ValueSource(
            strings = {
                HALF,
                "\"\\u0000\"",
                "{\"a\":[\"\\udc00\"]}",
                "{\"\\ud83d\":1}",
                "{\"\\u0000\":1}",
                "1,2," + HALF,
                HALF + ",{\"channel\":\"news\"}"
            })
    void anEventWithItIsAcknowledgedAsMalformed(String arguments) {
        var ann = server.connect(ANN);

        ann.say("2", "7[\"news\"," + arguments + "]");
        ann.emit("\"news\"," + arguments);
        ann.say("2", "8[\"news\",\"next\"]");

        assertThat(ann.hear())
                .satisfiesExactly(
                        ack -> assertThat(ack).startsWith("437[{\"error\":{\"code\":\"malformed\",\"message\":\""),
                        error -> assertThat(error)
                                .startsWith("42[\"error\",{\"code\":\"malformed\",\"message\":\"")
                                .endsWith("\",\"event\":\"news\"}]"),
                        next -> assertThat(next).isEqualTo("42[\"news\",\"next\"]"),
                        nextAck -> assertThat(nextAck).startsWith("438[{\"channel\""));
        assertThat(ann.transport.isClosed()).isFalse();
    }

    /** As with {@code JSON.parse}; some parsers of other clients would refuse both, or take the first. */
    @Test
    void ofMembersOfOneNameTheLastArrives() {
        var ann = server.connect(ANN);
        var answer = server.hub
                .peer(ann.sid())
                .orElseThrow()
                .ask(Duration.ofSeconds(5), "question", Json.createValue(1))
                .toCompletableFuture();
        ann.hear();

        ann.emit("\"news\",{\"a\":1,\"b\":[{\"c\":1,\"c\":2}],\"a\":3}");
        ann.say("3", "0[{\"a\":1,\"a\":2}]");

        assertThat(ann.hear()).containsExactly("42[\"news\",{\"b\":[{\"c\":2}],\"a\":3}]");
        assertThat(answer)
                .isCompletedWithValueMatching(value -> value.toString().contains("{\"a\":2}"));
        assertThat(server.hub.latest(ChannelName.NEWS, 1))
                .extracting(Envelope::json)
                .containsExactly("{\"b\":[{\"c\":2}],\"a\":3}");
    }

    @Test
    void ofPlaceholdersOfOneAttachmentTheLastCounts() {
        var ann = server.connect(ANN);

        ann.say("5", "1-[\"news\",{\"_placeholder\":false,\"num\":7,\"_placeholder\":true,\"num\":0}]");
        ann.transport.post("bAQID");

        assertThat(ann.hear()).hasSize(2).last().isEqualTo("bAQID");
    }

    @Test
    void ofAnAuthWithMembersOfOneNameTheLastCounts() {
        var client = server.open(BOB);
        var names = new ArrayList<String>();
        server.examiner = (attempt, then) -> {
            names.add(attempt.auth().toString());
            then.run();
        };

        client.post("40{\"name\":\"Bob\",\"name\":\"Jürgen\"}");

        assertThat(names).containsExactly("{\"name\":\"Jürgen\"}");
    }

    @Test
    void saysWhatIsWrong() {
        var ann = server.connect(ANN);

        ann.say("2", "7[\"news\"," + HALF + "]");

        assertThat(ann.hear()).singleElement().asString().contains("half a surrogate pair");
    }

    @ParameterizedTest
    @ValueSource(strings = {HALF, "\"\\u0000\"", "\"a\\ud800\""})
    void anEventOfSuchANameIsToldWithoutTheName(String name) {
        var ann = server.connect(ANN, SHOP);

        ann.emit(name).say("2", "7[" + name + "]");

        assertThat(ann.hear())
                .satisfiesExactly(
                        error -> assertThat(error)
                                .startsWith("42/shop,[\"error\",{\"code\":\"malformed\"")
                                .doesNotContain("\"event\""),
                        ack -> assertThat(ack).startsWith("43/shop,7[{\"error\":{\"code\":\"malformed\""));
    }

    @Test
    void anEventWithAttachmentsIsToldWhenTheyHaveCome() {
        var ann = server.connect(ANN);

        ann.say("5", "1-7[\"news\",{\"_placeholder\":true,\"num\":0}," + HALF + "]");
        assertThat(ann.hear()).isEmpty();
        ann.transport.post("bAQID");
        ann.say("5", "1-8[\"news\",{\"_placeholder\":true,\"num\":0}]");
        ann.transport.post("bBAUG");

        assertThat(ann.hear())
                .satisfiesExactly(
                        ack -> assertThat(ack).startsWith("437[{\"error\":{\"code\":\"malformed\""),
                        next -> assertThat(next).startsWith("451-[\"news\""),
                        bytes -> assertThat(bytes).isEqualTo("bBAUG"),
                        nextAck -> assertThat(nextAck).startsWith("438[{\"channel\""));
    }

    @Test
    void anAnswerWithItIsNoneAndTheClientIsTold() {
        var ann = server.connect(ANN);
        var answer = server.hub
                .peer(ann.sid())
                .orElseThrow()
                .ask(Duration.ofSeconds(5), "question", Json.createValue(1))
                .toCompletableFuture();
        ann.hear();

        ann.say("3", "0[" + HALF + "]");

        assertThat(ann.hear())
                .singleElement()
                .asString()
                .startsWith("42[\"error\",{\"code\":\"malformed\"")
                .doesNotContain("\"event\"");
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(answer::get)
                .withCauseInstanceOf(UnansweredException.class)
                .withMessageContaining("half a surrogate pair");
        assertThat(ann.transport.isClosed()).isFalse();
    }

    @Test
    void anAuthWithItIsRefusedAndTheClientMayTryAgain() {
        var client = server.open(BOB);

        client.post("40{\"name\":" + HALF + "}", "40/shop,{\"name\":" + HALF + "}", "40/nope,{\"name\":" + HALF + "}");

        assertThat(client.hear())
                .satisfiesExactly(
                        main -> assertThat(main)
                                .startsWith("44{\"message\":\"malformed: ")
                                .contains("\"data\":{\"code\":\"malformed\",\"message\":\""),
                        shop -> assertThat(shop).startsWith("44/shop,{\"message\":\"malformed: "),
                        nope -> assertThat(nope).isEqualTo("44/nope,{\"message\":\"Invalid namespace\"}"));
        assertThat(client.isClosed()).isFalse();
        client.post("40{\"name\":\"Bob\"}");
        assertThat(client.hear()).singleElement().asString().startsWith("40{\"sid\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "42{\"e\":\"\\ud83d\"}",
                "42[null,\"\\ud83d\"]",
                "42[\"connect\",\"\\ud83d\"]",
                "43[\"\\ud83d\"]",
                "41[\"\\ud83d\"]",
                "40[\"\\ud83d\"]"
            })
    void whatIsNoPacketStillCloses(String packet) {
        var ann = server.connect(ANN);

        ann.transport.post(packet);

        assertThat(ann.transport.isClosed()).isTrue();
    }
}
