package dev.herald.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.herald.engine.EngineCodec;
import dev.herald.engine.EnginePacket.Bytes;
import dev.herald.engine.EnginePacket.Message;
import dev.herald.socketio.SocketIoPacket.Ack;
import dev.herald.socketio.SocketIoPacket.Connect;
import dev.herald.socketio.SocketIoPacket.ConnectError;
import dev.herald.socketio.SocketIoPacket.Disconnect;
import dev.herald.socketio.SocketIoPacket.Event;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Socket.IO protocol 5, "Packet encoding", as it looks with the Engine.IO type before it. Apostrophes stand for quotes. */
class SocketIoCodecTest {

    private static final Bytes ONE = Bytes.wrap(new byte[] {1, 2, 3});
    private static final Bytes TWO = Bytes.wrap(new byte[0]);
    private static final String PLACEHOLDER = "{'_placeholder':true,'num':0}";

    static Stream<Arguments> packets() {
        return Stream.of(
                Arguments.of("40{'sid':'ByyM'}", new Connect("/", json("{'sid':'ByyM'}"))),
                Arguments.of("40/custom,{'sid':'ByyM'}", new Connect("/custom", json("{'sid':'ByyM'}"))),
                Arguments.of("40", new Connect("/", "{}")),
                Arguments.of("40/custom,", new Connect("/custom", "{}")),
                Arguments.of("41", new Disconnect("/")),
                Arguments.of("41/custom,", new Disconnect("/custom")),
                Arguments.of(
                        "42['message','hé ☃',{'a':[1,null]}]",
                        new Event("/", null, "message", json("['message','hé ☃',{'a':[1,null]}]"), List.of())),
                Arguments.of("42/custom,5['ackme']", new Event("/custom", 5L, "ackme", json("['ackme']"), List.of())),
                Arguments.of("420['question',1]", new Event("/", 0L, "question", json("['question',1]"), List.of())),
                Arguments.of(
                        "429007199254740991['e']",
                        new Event("/", SocketIoPacket.MAX_ACK_ID, "e", json("['e']"), List.of())),
                Arguments.of("4313['x']", new Ack("/", 13, json("['x']"), List.of())),
                Arguments.of("430[]", new Ack("/", 0, "[]", List.of())),
                Arguments.of("43/custom,5[]", new Ack("/custom", 5, "[]", List.of())),
                Arguments.of(
                        "44/nope,{'message':'Invalid namespace'}",
                        new ConnectError("/nope", json("{'message':'Invalid namespace'}"))),
                Arguments.of(
                        "44/deny,{'message':'not allowed','data':{'code':42}}",
                        new ConnectError("/deny", json("{'message':'not allowed','data':{'code':42}}"))),
                Arguments.of("44{'message':'no'}", new ConnectError("/", json("{'message':'no'}"))));
    }

    @ParameterizedTest
    @MethodSource("packets")
    void writesEachType(String frame, SocketIoPacket packet) {
        var encoded = SocketIoCodec.encode(packet);

        assertThat(EngineCodec.encodeText(new Message(encoded.text()))).isEqualTo(json(frame));
        assertThat(encoded.attachments()).isEmpty();
    }

    @Test
    void writesTheBinaryTypesWhenThereAreAttachments() {
        var two = json("['bin'," + PLACEHOLDER + ",{'k':{'_placeholder':true,'num':1}}]");
        var one = json("[" + PLACEHOLDER + "]");

        assertThat(SocketIoCodec.encode(new Event("/", null, "bin", two, List.of(ONE, TWO))))
                .isEqualTo(new SocketIoCodec.Encoded("52-" + two, List.of(ONE, TWO)));
        assertThat(SocketIoCodec.encode(new Event("/custom", 7L, "bin", two, List.of(ONE, TWO))))
                .isEqualTo(new SocketIoCodec.Encoded("52-/custom,7" + two, List.of(ONE, TWO)));
        assertThat(SocketIoCodec.encode(new Ack("/", 789, one, List.of(ONE))))
                .isEqualTo(new SocketIoCodec.Encoded("61-789" + one, List.of(ONE)));
        assertThat(SocketIoCodec.encode(new Ack("/custom", 0, one, List.of(ONE))))
                .isEqualTo(new SocketIoCodec.Encoded("61-/custom,0" + one, List.of(ONE)));
        assertThat(SocketIoCodec.encode(new Ack("/", 1, "[]", Collections.nCopies(10, TWO)))
                        .text())
                .isEqualTo("610-1[]");
    }

    /** "Connection state recovery": the extra last argument is the event's offset. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "['news','one']       | ['news','one','Q7wZK09']",
                "['news']             | ['news','Q7wZK09']",
                "[ 'news' , {'a':[]} ] | [ 'news' , {'a':[]},'Q7wZK09']",
                "['bin',{'_placeholder':true,'num':0}] | ['bin',{'_placeholder':true,'num':0},'Q7wZK09']",
                "['a',']']            | ['a',']','Q7wZK09']",
                "[]                   | ['Q7wZK09']",
                "[ ]                  | ['Q7wZK09']",
                "[[]]                 | [[],'Q7wZK09']"
            })
    void appendsAnOffset(String array, String expected) {
        assertThat(SocketIoCodec.appendArgument(json(array), json("'Q7wZK09'"))).isEqualTo(json(expected));
        assertThat(SocketIoCodec.appendArgument(" \n" + json(array) + "\t ", json("'Q7wZK09'")))
                .isEqualTo(json(expected));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[", "]", "{}", "'[]'", "null", "[}", "{]"})
    void appendsToArraysOnly(String json) {
        assertThatIllegalArgumentException().isThrownBy(() -> SocketIoCodec.appendArgument(json(json), "\"1\""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "custom", "/a,b", ",", " /"})
    void makesNoPacketOfAnImpossibleNamespace(String namespace) {
        assertThatIllegalArgumentException().isThrownBy(() -> new Connect(namespace, "{}"));
        assertThatIllegalArgumentException().isThrownBy(() -> new Disconnect(namespace));
        assertThatIllegalArgumentException().isThrownBy(() -> new ConnectError(namespace, "{}"));
        assertThatIllegalArgumentException().isThrownBy(() -> new Ack(namespace, 0, "[]", List.of()));
        assertThatIllegalArgumentException().isThrownBy(() -> new Event(namespace, null, "e", "[\"e\"]", List.of()));
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, SocketIoPacket.MAX_ACK_ID + 1, Long.MAX_VALUE, Long.MIN_VALUE})
    void makesNoPacketOfAnImpossibleAckId(long ackId) {
        assertThatIllegalArgumentException().isThrownBy(() -> new Ack("/", ackId, "[]", List.of()));
        assertThatIllegalArgumentException().isThrownBy(() -> new Event("/", ackId, "e", "[\"e\"]", List.of()));
    }

    @Test
    void makesNoPacketOfMoreThanTenAttachments() {
        var eleven = Collections.nCopies(11, TWO);

        assertThatIllegalArgumentException().isThrownBy(() -> new Ack("/", 0, "[]", eleven));
        assertThatIllegalArgumentException().isThrownBy(() -> new Event("/", null, "e", "[\"e\"]", eleven));
    }

    private static String json(String text) {
        return text.replace('\'', '"');
    }
}
