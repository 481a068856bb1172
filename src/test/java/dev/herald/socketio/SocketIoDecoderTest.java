package dev.herald.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.herald.engine.EngineCodec;
import dev.herald.engine.EnginePacket.Binary;
import dev.herald.engine.EnginePacket.Bytes;
import dev.herald.engine.EnginePacket.Message;
import dev.herald.socketio.SocketIoPacket.Ack;
import dev.herald.socketio.SocketIoPacket.Connect;
import dev.herald.socketio.SocketIoPacket.Disconnect;
import dev.herald.socketio.SocketIoPacket.Event;
import dev.herald.socketio.SocketIoPacket.Refused;
import dev.herald.testing.RandomChanges;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Socket.IO protocol 5, "Packet encoding", as it comes with the Engine.IO type before it. Apostrophes stand for quotes. */
@Timeout(30)
class SocketIoDecoderTest {

    private static final String ALPHABET = "0123456789-/,[]{}\":e. \u001eé😀\u0000";

    private static final int MAX_BYTES = 1_000;
    private static final int FUZZED = 100_000;
    private static final Bytes ONE = Bytes.wrap(new byte[] {1, 2, 3});
    private static final Bytes TWO = Bytes.wrap(new byte[0]);
    private static final String PLACEHOLDER = "{'_placeholder':true,'num':0}";

    private final SocketIoDecoder decoder = new SocketIoDecoder(MAX_BYTES);

    static Stream<Arguments> packets() {
        return Stream.of(
                Arguments.of("40", new Connect("/", "{}")),
                Arguments.of("40{'token':'123'}", new Connect("/", json("{'token':'123'}"))),
                Arguments.of("40/custom,{'t':1}", new Connect("/custom", json("{'t':1}"))),
                Arguments.of("40/custom,", new Connect("/custom", "{}")),
                Arguments.of(
                        "40{'pid':'j022','offset':'Q7wZK0C'}",
                        new Connect("/", json("{'pid':'j022','offset':'Q7wZK0C'}"))),
                Arguments.of("40/custom?token=1,", new Connect("/custom?token=1", "{}")),
                Arguments.of("40/a/b-c,{'n':1}", new Connect("/a/b-c", json("{'n':1}"))),
                Arguments.of("41", new Disconnect("/")),
                Arguments.of("41/custom,", new Disconnect("/custom")),
                Arguments.of(
                        "42['message','hé ☃',{'a':[1,null]}]",
                        event(null, "message", "['message','hé ☃',{'a':[1,null]}]")),
                Arguments.of("42/custom,5['ackme']", new Event("/custom", 5L, "ackme", json("['ackme']"), List.of())),
                Arguments.of("42['error']", event(null, "error", "['error']")),
                Arguments.of("42['__proto__','class']", event(null, "__proto__", "['__proto__','class']")),
                Arguments.of("42['']", event(null, "", "['']")),
                Arguments.of("42['\\u0061\\'b']", event(null, "a\"b", "['\\u0061\\'b']")),
                Arguments.of("42['e'," + PLACEHOLDER + "]", event(null, "e", "['e'," + PLACEHOLDER + "]")),
                Arguments.of("429007199254740991['e']", event(9007199254740991L, "e", "['e']")),
                Arguments.of("4313['x']", new Ack("/", 13, json("['x']"), List.of())),
                Arguments.of("430[]", new Ack("/", 0, "[]", List.of())),
                Arguments.of("43/custom,5[]", new Ack("/custom", 5, "[]", List.of())));
    }

    @ParameterizedTest
    @MethodSource("packets")
    void readsEachTypeAndWritesItBack(String frame, SocketIoPacket packet) {
        assertThat(receive(frame)).contains(packet);
        assertThat(decoder.isIncomplete()).isFalse();
        assertThat("4" + SocketIoCodec.encode(packet).text()).isEqualTo(json(frame));
    }

    /** Each means what a packet of the first table means. */
    static Stream<Arguments> odd() {
        return Stream.of(
                Arguments.of("40/custom", new Connect("/custom", "{}")),
                Arguments.of("41/custom", new Disconnect("/custom")),
                Arguments.of("400", new Connect("/", "{}")),
                Arguments.of("40/,", new Connect("/", "{}")),
                Arguments.of("40/", new Connect("/", "{}")),
                Arguments.of("40{}", new Connect("/", "{}")),
                Arguments.of("40 { 'a' : 1 } ", new Connect("/", json("{ 'a' : 1 }"))),
                Arguments.of("42[1,'x']", event(null, "1", "[1,'x']")),
                Arguments.of("42[-1.5]", event(null, "-1.5", "[-1.5]")),
                Arguments.of("42 [ 'e' , 1 ]\n", event(null, "e", "[ 'e' , 1 ]")),
                Arguments.of("42007['ackme',1]", event(7L, "ackme", "['ackme',1]")),
                Arguments.of("42/,['e']", event(null, "e", "['e']")),
                Arguments.of("431 [ ] ", new Ack("/", 1, "[ ]", List.of())));
    }

    @ParameterizedTest
    @MethodSource("odd")
    void readsOddFormsAsTheReferenceDoes(String frame, SocketIoPacket packet) {
        assertThat(receive(frame)).contains(packet);
    }

    @ParameterizedTest
    @ValueSource(strings = {"42", "427", "42/,"})
    void toleratesAnEventThatSaysNothing(String frame) {
        assertThat(receive(frame)).isEmpty();
        assertThat(decoder.isIncomplete()).isFalse();
        assertThat(receive("42['next']")).isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "4",
                "47",
                "48",
                "49['x']",
                "4a",
                "4-",
                "4 2['x']",
                "4{}",
                "4[]",
                "4/",
                "4٢['x']",
                "4b",
                "4\u0000",
                "42{}",
                "42[]",
                "42[ ]",
                "42null",
                "42'e'",
                "42true",
                "42x",
                "42[",
                "42['e'",
                "42['e',]",
                "42['e']x",
                "42['e'][]",
                "42[{'a':1}]",
                "42[['e']]",
                "42[null]",
                "42[true]",
                "42{'toString':'foo'}",
                "42{'0':'e'}",
                "42/custom,",
                "42/custom,7",
                "42/custom",
                "42//comment",
                "421e9[1]",
                "42-1['e']",
                "42+1['e']",
                "421.5['e']",
                "421,['e']",
                "42,['e']",
                "42 7['e']",
                "42٧['e']",
                "42custom,['e']",
                "42/custom['e']x,",
                "40'str'",
                "40[]",
                "40null",
                "40true",
                "40x",
                "40{",
                "40{'a'}",
                "40{}{}",
                "40,{'a':1}",
                "40,",
                "40[{}]",
                "40/custom,[]",
                "40/custom,'a'",
                "40/a\u0000b,",
                "40/a\u001e4",
                "40/a\n,",
                "40/\u007f,",
                "41{}",
                "41[]",
                "41null",
                "41x",
                "41/custom,{}",
                "41,",
                "43",
                "43[]",
                "43[1]",
                "430",
                "430{}",
                "430null",
                "430'x'",
                "431[",
                "43/custom,[]",
                "43/custom,5",
                "43x[]",
                "44",
                "44{}",
                "44['x']",
                "44{'message':'x'}",
                "44/custom,{'message':'x'}"
            })
    void refusesWhatClosesTheConnectionInTheReferenceOrIsNoUse(String frame) {
        refused(frame);
    }

    @ParameterizedTest
    @ValueSource(strings = {"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"})
    void refusesReservedNamesHoweverTheyAreWritten(String name) {
        var escaped = String.format("\\u%04x", (int) name.charAt(0)) + name.substring(1);

        refused("42['" + name + "']");
        refused("42['" + escaped + "',1]");
        refused("42/custom,1['" + name + "']");
        refused("451-['" + name + "'," + PLACEHOLDER + "]");
        assertThat(receive("42['x','" + name + "']")).isPresent();
        assertThat(receive("42['" + name + "s']")).isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "429007199254740992['e']",
                "4299999999999999999999['e']",
                "4218446744073709551617['e']",
                "439007199254740992[1]",
                "43999999999999999999[1]",
                "409007199254740992",
                "419007199254740992",
                "429007199254740992"
            })
    void refusesAckIdsThatJavaScriptCannotHold(String frame) {
        refused(frame);
    }

    @Test
    void countsZerosBeforeAnAckIdForNothing() {
        assertThat(receive("42" + "0".repeat(100_000) + "7['e']")).contains(event(7L, "e", "['e']"));
    }

    @Test
    void putsABinaryEventTogether() {
        var json = "['bin'," + PLACEHOLDER + ",{'k':{'_placeholder':true,'num':1}}]";

        assertThat(receive("452-" + json)).isEmpty();
        assertThat(decoder.isIncomplete()).isTrue();
        assertThat(decoder.binary(ONE)).isEmpty();
        assertThat(decoder.isIncomplete()).isTrue();
        assertThat(decoder.binary(TWO)).contains(new Event("/", null, "bin", json(json), List.of(ONE, TWO)));
        assertThat(decoder.isIncomplete()).isFalse();
    }

    @Test
    void putsABinaryAckTogether() {
        assertThat(receive("461-789[" + PLACEHOLDER + "]")).isEmpty();
        assertThat(decoder.binary(ONE)).contains(new Ack("/", 789, json("[" + PLACEHOLDER + "]"), List.of(ONE)));
    }

    @Test
    void putsTogetherWhatComesInOneBodyOfPolling() {
        var body = json("451-['message'," + PLACEHOLDER + "]\u001ebAQID\u001e42['next']");
        var packets = new ArrayList<SocketIoPacket>();

        for (var packet : EngineCodec.decodePayload(body, 256)) {
            if (packet instanceof Binary binary) {
                decoder.binary(binary.data()).ifPresent(packets::add);
            } else if (packet instanceof Message message) {
                decoder.text(message.text()).ifPresent(packets::add);
            }
        }

        assertThat(packets)
                .containsExactly(
                        new Event("/", null, "message", json("['message'," + PLACEHOLDER + "]"), List.of(ONE)),
                        event(null, "next", "['next']"));
    }

    @Test
    void readsBinaryPacketsOfNamespacesWithAckIds() {
        assertThat(receive("451-/custom,7['e'," + PLACEHOLDER + "]")).isEmpty();
        assertThat(decoder.binary(ONE))
                .contains(new Event("/custom", 7L, "e", json("['e'," + PLACEHOLDER + "]"), List.of(ONE)));

        assertThat(receive("4510-['e']")).isEmpty();
        IntStream.range(1, 10).forEach(n -> assertThat(decoder.binary(TWO)).isEmpty());
        assertThat(decoder.binary(TWO))
                .contains(new Event("/", null, "e", json("['e']"), Collections.nCopies(10, TWO)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "450-['e']",
                "450-['e'," + PLACEHOLDER + "]",
                "4500-['e']",
                "460-1[]",
                "45-['e']",
                "46-1[]",
                "45['e']",
                "46[1]",
                "451['e'," + PLACEHOLDER + "]",
                "461['x']",
                "451",
                "45",
                "46",
                "45-",
                "451/custom,['e']",
                "451,-['e']",
                "4511-['e']",
                "4511-['e'," + PLACEHOLDER + "]",
                "4599999999-['e']",
                "4599999999999999999999-['e']",
                "454294967297-['e']",
                "4518446744073709551617-['e']",
                "45-1-['e']",
                "451e1-['e']",
                "451.0-['e']",
                "45٢-['e']",
                "451-",
                "451-/custom,",
                "451-7",
                "451-{}",
                "451-[]",
                "451-null",
                "451-[" + PLACEHOLDER + "]",
                "451-[[]]",
                "451-['e'",
                "461-[" + PLACEHOLDER + "]",
                "461-1{}",
                "461-1",
                "461-",
                "461-1" + PLACEHOLDER,
                "4611-1[]"
            })
    void refusesHeadersWithoutOneToTenAttachments(String frame) {
        refused(frame);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'_placeholder':true,'num':1}",
                "{'_placeholder':true,'num':99}",
                "{'_placeholder':true,'num':-1}",
                "{'_placeholder':true,'num':-0}",
                "{'_placeholder':true,'num':1.5}",
                "{'_placeholder':true,'num':0.0}",
                "{'_placeholder':true,'num':0e0}",
                "{'_placeholder':true,'num':4294967296}",
                "{'_placeholder':true,'num':18446744073709551616}",
                "{'_placeholder':true,'num':'0'}",
                "{'_placeholder':true,'num':'splice'}",
                "{'_placeholder':true,'num':null}",
                "{'_placeholder':true,'num':[0]}",
                "{'_placeholder':true,'num':{'num':0}}",
                "{'_placeholder':true}",
                "{'_placeholder':true,'number':0}",
                "{'_placeholder':true,'num':0,'more':1}",
                "{'more':{},'_placeholder':true,'num':0}",
                "{'\\u005fplaceholder':true,'num':1}",
                "{'num':1,'_placeholder':true}"
            })
    void refusesPlaceholdersThatMarkNoAttachmentAtAnyDepth(String placeholder) {
        refused("451-['e'," + placeholder + "]");
        refused("451-['e',1,[{'a':[" + placeholder + "]}]]");
        refused("451-['e'," + PLACEHOLDER + ",{'b':" + placeholder + "}]");
        refused("461-1[" + placeholder + "]");
        refused("461-1[{'x':{'_placeholder':false,'num':" + placeholder + "}}]");
    }

    /** The same bytes in a thousand places would be a small packet that grows large when it is unpacked. */
    @Test
    void refusesTwoPlaceholdersOfOneAttachment() {
        refused("451-['e'," + PLACEHOLDER + "," + PLACEHOLDER + "]");
        refused("452-['e'," + PLACEHOLDER + ",[" + PLACEHOLDER + "]]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                PLACEHOLDER,
                "{'num':0,'_placeholder':true}",
                "{ '\\u005fplaceholder' : true , 'num' : 0 }",
                "[[{'a':{'b':[" + PLACEHOLDER + "]}}]]",
                "{'_placeholder':false,'num':7}",
                "{'_placeholder':'true','num':7}",
                "{'_placeholder':" + PLACEHOLDER + "}",
                "{'num':" + PLACEHOLDER + "}",
                "{'num':7}",
                "'_placeholder'",
                "null"
            })
    void takesPlaceholdersAtAnyDepthAndTheRestForData(String argument) {
        assertThat(receive("451-['e'," + argument + "]")).isEmpty();
        assertThat(decoder.binary(ONE)).isPresent();
        assertThat(receive("461-1[0," + argument + ",'x']")).isEmpty();
        assertThat(decoder.binary(ONE)).isPresent();
    }

    @Test
    void refusesTextWhereAnAttachmentIsDue() {
        receive("452-['e'," + PLACEHOLDER + "]");
        decoder.binary(ONE);

        refused("42['e']");
        assertThat(decoder.isIncomplete()).isFalse();
        refusedBinary(TWO);
    }

    @Test
    void refusesAnAttachmentWhereNoneIsDue() {
        refusedBinary(ONE);

        receive("42['e'," + PLACEHOLDER + "]");
        refusedBinary(ONE);

        receive("451-['e'," + PLACEHOLDER + "]");
        decoder.binary(ONE);
        refusedBinary(TWO);
    }

    @Test
    void takesAttachmentsUpToTheBytesAllowedForAllOfThem() {
        var half = Bytes.wrap(new byte[MAX_BYTES / 2]);
        for (var n = 0; n < 3; n++) {
            receive("453-['e']");
            assertThat(decoder.binary(half)).isEmpty();
            assertThat(decoder.binary(half)).isEmpty();
            assertThat(decoder.binary(TWO)).isPresent();
        }

        receive("453-['e']");
        decoder.binary(half);
        decoder.binary(half);
        refusedBinary(Bytes.wrap(new byte[1]));
        assertThat(decoder.isIncomplete()).isFalse();
        receive("451-['e']");
        refusedBinary(Bytes.wrap(new byte[MAX_BYTES + 1]));
    }

    @Test
    void refusesDeepNestingAndHugeNumbersBeforeAnyParserSeesThem() {
        for (var header : List.of("42", "421", "431", "42/custom,")) {
            assertThat(receive(header + "['e'," + "[".repeat(1_000_000))).get().isInstanceOf(Refused.class);
            assertThat(receive(header + "['e'," + "{'a':".repeat(100_000)))
                    .get()
                    .isInstanceOf(Refused.class);
            assertThat(receive(header + "['e',1e1000000000]")).get().isInstanceOf(Refused.class);
            assertThat(receive(header + "['e'," + "9".repeat(100_000) + "]"))
                    .get()
                    .isInstanceOf(Refused.class);
        }
        assertThat(receive("42['e'," + "[".repeat(63) + "]".repeat(63) + "]")).isPresent();
        assertThat(receive("451-['e'," + "[".repeat(63) + "]".repeat(63) + "]")).isEmpty();
    }

    @Test
    void saysWhichPacketHasDataThatIsNotTaken() {
        isRefused("42['e','\\ud800']", event(null, "e", "[]"));
        isRefused("427[1,'\\ud800']", event(7L, "1", "[]"));
        isRefused("42['\\ud800']", event(null, "", "[]"));
        isRefused("43/custom,5['\\ud800']", new Ack("/custom", 5, "[]", List.of()));
        isRefused("40/custom,{'t':'\\ud800'}", new Connect("/custom", "{}"));
    }

    private void isRefused(String frame, SocketIoPacket packet) {
        assertThat(receive(frame)).get().satisfies(refused -> {
            assertThat(refused).isInstanceOf(Refused.class);
            assertThat(((Refused) refused).packet()).isEqualTo(packet);
            assertThat(((Refused) refused).why()).contains("half a surrogate pair");
        });
    }

    @Test
    void takesLittleMemoryForAHeader() {
        var frames = Stream.of(
                        "4599999999-['e']",
                        "4511-['e']",
                        "450-['e']",
                        "42" + "9".repeat(100_000),
                        "45" + "9".repeat(100_000) + "-")
                .map(frame -> json(frame).substring(1))
                .toList();
        frames.forEach(this::isRefused);

        var before = allocated();
        for (var n = 0; n < 200; n++) {
            frames.forEach(this::isRefused);
        }
        assertThat((allocated() - before) / 1_000).as("bytes for each header").isLessThan(10_000);
    }

    /** Whatever comes: a packet, which is the same when it is written and read again, or the one exception. */
    @Test
    void refusesRandomInputWithItsOwnExceptionOnly() {
        var random = new Random(42);
        var seeds = Stream.concat(
                        Stream.concat(packets(), odd())
                                .map(arguments -> (String) arguments.get()[0]),
                        Stream.of(
                                "452-/custom,13['bin'," + PLACEHOLDER + ",{'k':{'_placeholder':true,'num':1}}]",
                                "461-789[" + PLACEHOLDER + "]"))
                .map(frame -> json(frame).substring(1))
                .toList();
        var passed = 0;
        for (var n = 0; n < FUZZED; n++) {
            var text = RandomChanges.of(seeds.get(random.nextInt(seeds.size())), ALPHABET, 3, random);
            try {
                var packet = decode(new SocketIoDecoder(MAX_BYTES), text);
                if (packet.isPresent() && !(packet.get() instanceof Refused)) {
                    var encoded = SocketIoCodec.encode(packet.get());
                    assertThat(decode(new SocketIoDecoder(MAX_BYTES), encoded.text()))
                            .as(text)
                            .isEqualTo(packet);
                    passed++;
                }
            } catch (MalformedSocketIoException e) {
                assertThat(e.getMessage()).isNotBlank();
            }
        }
        assertThat(passed).isBetween(FUZZED / 20, FUZZED * 19 / 20);
    }

    /** In whatever order things come, also after a refusal: a packet never gets another's attachments. */
    @Test
    void givesEachPacketTheAttachmentsThatCameRightAfterIt() {
        var random = new Random(3);
        var sinceText = new ArrayList<Bytes>();
        var announced = 0;
        var complete = 0;
        for (var n = 0; n < FUZZED; n++) {
            try {
                Optional<SocketIoPacket> packet;
                if (random.nextInt(3) == 0) {
                    announced = random.nextInt(4);
                    sinceText.clear();
                    packet = receive(announced == 0 ? "42['e']" : "45" + announced + "-['e']");
                } else {
                    var attachment = Bytes.wrap(new byte[] {(byte) n, (byte) (n >> 8)});
                    sinceText.add(attachment);
                    packet = decoder.binary(attachment);
                }
                if (packet.isPresent()) {
                    assertThat(packet).contains(new Event("/", null, "e", json("['e']"), sinceText));
                    assertThat(sinceText).hasSize(announced);
                    complete++;
                }
            } catch (MalformedSocketIoException e) {
                assertThat(decoder.isIncomplete()).isFalse();
            }
        }
        assertThat(complete).isGreaterThan(FUZZED / 20);
    }

    private static Optional<SocketIoPacket> decode(SocketIoDecoder decoder, String text) {
        var packet = decoder.text(text);
        while (decoder.isIncomplete()) {
            packet = decoder.binary(ONE);
        }
        return packet;
    }

    private static Event event(Long ackId, String name, String json) {
        return new Event("/", ackId, name, json(json), List.of());
    }

    private Optional<SocketIoPacket> receive(String frame) {
        return EngineCodec.decodeText(json(frame)) instanceof Message message
                ? decoder.text(message.text())
                : Optional.empty();
    }

    private void refused(String frame) {
        assertThatExceptionOfType(MalformedSocketIoException.class)
                .as(frame.length() > 100 ? frame.substring(0, 100) : frame)
                .isThrownBy(() -> receive(frame))
                .satisfies(e -> assertThat(e.getMessage()).isNotBlank().isASCII());
    }

    private void refusedBinary(Bytes attachment) {
        assertThatExceptionOfType(MalformedSocketIoException.class)
                .isThrownBy(() -> decoder.binary(attachment))
                .satisfies(e -> assertThat(e.getMessage()).isNotBlank().isASCII());
    }

    private void isRefused(String text) {
        try {
            decoder.text(text);
            throw new AssertionError("not refused");
        } catch (MalformedSocketIoException e) {
            assertThat(e.getMessage()).isNotNull();
        }
    }

    private static String json(String text) {
        return text.replace('\'', '"');
    }

    private static long allocated() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }
}
