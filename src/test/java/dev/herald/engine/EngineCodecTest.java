package dev.herald.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.herald.engine.EnginePacket.Binary;
import dev.herald.engine.EnginePacket.Bytes;
import dev.herald.engine.EnginePacket.Close;
import dev.herald.engine.EnginePacket.Message;
import dev.herald.engine.EnginePacket.Noop;
import dev.herald.engine.EnginePacket.Open;
import dev.herald.engine.EnginePacket.Ping;
import dev.herald.engine.EnginePacket.Pong;
import dev.herald.engine.EnginePacket.Upgrade;
import java.lang.management.ManagementFactory;
import java.nio.ReadOnlyBufferException;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Engine.IO protocol 4, "Packet encoding" and "Handshake". */
@Timeout(30)
class EngineCodecTest {

    private static final int MAX_PACKETS = 256;
    private static final int FUZZED = 200_000;

    static Stream<Arguments> packets() {
        return Stream.of(
                Arguments.of("0{\"sid\":\"x\"}", new Open("{\"sid\":\"x\"}")),
                Arguments.of("1", new Close()),
                Arguments.of("2", new Ping("")),
                Arguments.of("2probe", new Ping("probe")),
                Arguments.of("3", new Pong("")),
                Arguments.of("3probe", new Pong("probe")),
                Arguments.of("4", new Message("")),
                Arguments.of("4hello", new Message("hello")),
                Arguments.of("4hé ☃ 😀", new Message("hé ☃ 😀")),
                Arguments.of("442", new Message("42")),
                Arguments.of("42[\"x\"]", new Message("2[\"x\"]")),
                Arguments.of("5", new Upgrade()),
                Arguments.of("6", new Noop()));
    }

    static Stream<Arguments> binaries() {
        return Stream.of(
                Arguments.of("b", bytes()),
                Arguments.of("bAQ==", bytes(1)),
                Arguments.of("bAQI=", bytes(1, 2)),
                Arguments.of("bAQID", bytes(1, 2, 3)),
                Arguments.of("bAQIDBA==", bytes(1, 2, 3, 4)),
                Arguments.of("b+/+/", bytes(0xfb, 0xff, 0xbf)));
    }

    @ParameterizedTest
    @MethodSource({"packets", "binaries"})
    void readsEachTypeFromATextFrameAndFromAPayload(String encoded, Object expected) {
        var packet = expected instanceof Bytes data ? new Binary(data) : expected;

        assertThat(EngineCodec.decodeText(encoded)).isEqualTo(packet);
        assertThat(decodePayload(encoded)).isEqualTo(List.of(packet));
    }

    @ParameterizedTest
    @MethodSource("packets")
    void writesEachTypeAlikeForBothTransports(String encoded, EnginePacket packet) {
        assertThat(EngineCodec.encodeText(packet)).isEqualTo(encoded);
        assertThat(EngineCodec.encodeForPolling(packet)).isEqualTo(encoded);
    }

    @ParameterizedTest
    @MethodSource("binaries")
    void writesBytesAsBase64ForPollingOnly(String encoded, Bytes data) {
        assertThat(EngineCodec.encodeForPolling(new Binary(data))).isEqualTo(encoded);
        assertThatIllegalArgumentException().isThrownBy(() -> EngineCodec.encodeText(new Binary(data)));
    }

    /** The reference server takes no notice of it. */
    @Test
    void passesOverDataThatATypeDoesNotHave() {
        assertThat(EngineCodec.decodeText("1x")).isEqualTo(new Close());
        assertThat(EngineCodec.decodeText("5x")).isEqualTo(new Upgrade());
        assertThat(EngineCodec.decodeText("6x")).isEqualTo(new Noop());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "7", "7abc", "9", "abc", "B", "-1", " 4", "\u001e", "\u0000", "٤", "😀", "{}", "a4"})
    void refusesWhatIsEmptyOrOfUnknownType(String packet) {
        refused(packet);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "b!!!!",
                "bA",
                "bAQ",
                "bAQI",
                "bAQ=",
                "bAQ===",
                "bAQIDBA",
                "b=",
                "b====",
                "bAQ==AQ==",
                "b AQID",
                "bAQ-_",
                "bAQIé",
                "bAQI😀",
                "bAR==",
                "bAQJ=",
                "b\u0000AQI"
            })
    void refusesWhatIsNotStrictlyBase64(String packet) {
        refused(packet);
    }

    /** The official Java client ends each line of base64, the last one too, and has 76 characters in a line. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"bAQID\\n", "bAQ\\nID\\n", "b\\nAQID", "bAQID\\r\\n"})
    void takesBase64InLines(String packet) {
        assertThat(EngineCodec.decodeText(packet.replace("\\n", "\n").replace("\\r", "\r")))
                .isEqualTo(new Binary(bytes(1, 2, 3)));
    }

    @Test
    void takesASeparatorInATextFrameForText() {
        assertThat(EngineCodec.decodeText("4a\u001e4b")).isEqualTo(new Message("a\u001e4b"));
    }

    @Test
    void splitsAPayloadInTheClientsOrder() {
        assertThat(decodePayload("4hello\u001e2\u001e4world"))
                .containsExactly(message("hello"), new Ping(""), message("world"));
        assertThat(decodePayload("451-[\"message\",{\"_placeholder\":true,\"num\":0}]\u001ebAQID"))
                .containsExactly(
                        message("51-[\"message\",{\"_placeholder\":true,\"num\":0}]"), new Binary(bytes(1, 2, 3)));
        assertThat(decodePayload("40\u001e4\u001e1")).containsExactly(message("0"), message(""), new Close());
    }

    @Test
    void joinsAPayload() {
        assertThat(EngineCodec.joinPayload(List.of("6"))).isEqualTo("6");
        assertThat(EngineCodec.joinPayload(List.of("6", "1"))).isEqualTo("6\u001e1");
        assertThat(EngineCodec.joinPayload(List.of("4hello", "bAQID", "2")).getBytes(UTF_8))
                .isEqualTo(new byte[] {'4', 'h', 'e', 'l', 'l', 'o', 0x1e, 'b', 'A', 'Q', 'I', 'D', 0x1e, '2'});
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\u001e",
                "abc",
                "4a\u001e",
                "\u001e4a",
                "4a\u001e\u001e4b",
                "4a\u001e7",
                "4a\u001eb!",
                "4a\u001eabc"
            })
    void refusesAPayloadForOneBadPacket(String payload) {
        assertThatExceptionOfType(MalformedPacketException.class).isThrownBy(() -> decodePayload(payload));
    }

    @Test
    void takesNoMorePacketsThanAllowed() {
        var most = "2" + "\u001e2".repeat(MAX_PACKETS - 1);

        assertThat(decodePayload(most)).hasSize(MAX_PACKETS).containsOnly(new Ping(""));
        assertThatExceptionOfType(MalformedPacketException.class)
                .isThrownBy(() -> decodePayload(most + "\u001e2"))
                .withMessage("a payload has more than 256 packets");
        assertThat(EngineCodec.decodePayload("2", 1)).hasSize(1);
        assertThatExceptionOfType(MalformedPacketException.class)
                .isThrownBy(() -> EngineCodec.decodePayload("2\u001e2", 1));
    }

    @Test
    void refusesAFloodOfPacketsBeforeItMakesOne() {
        var floods = List.of(
                "\u001e".repeat(1_000_000),
                "2\u001e".repeat(300_000),
                "2" + "\u001e2".repeat(300_000),
                "2" + "\u001e4aaaa".repeat(MAX_PACKETS));
        assertThatExceptionOfType(MalformedPacketException.class)
                .isThrownBy(() -> decodePayload("2" + "\u001e".repeat(1_000_000)))
                .withMessage("a packet is empty");
        floods.forEach(EngineCodecTest::isRefused);

        var before = allocated();
        for (var n = 0; n < 100; n++) {
            floods.forEach(EngineCodecTest::isRefused);
        }
        assertThat((allocated() - before) / 400).as("bytes for each flood").isLessThan(10_000);
    }

    @Test
    void readsAMegabyteOfBase64AndNoMoreThanThat() {
        var zeros = "A".repeat(1_000_000);

        assertThat(EngineCodec.decodeText("b" + zeros)).isEqualTo(new Binary(Bytes.wrap(new byte[750_000])));
        refused("b" + zeros + "A");
        refused("b" + zeros + "!!!!");
    }

    @Test
    void writesTheHandshakeWithItsFiveKeysInOrder() {
        assertThat(new Open(
                        EngineCodec.handshake("IYl1PtYU4O-b2OqwAAAA", List.of("websocket"), 60_000, 5_000, 1_000_000)))
                .extracting(EngineCodec::encodeText)
                .isEqualTo("0{\"sid\":\"IYl1PtYU4O-b2OqwAAAA\",\"upgrades\":[\"websocket\"],"
                        + "\"pingInterval\":60000,\"pingTimeout\":5000,\"maxPayload\":1000000}");
        assertThat(EngineCodec.handshake("_", List.of(), 25_000, 20_000, 1))
                .isEqualTo(
                        "{\"sid\":\"_\",\"upgrades\":[],\"pingInterval\":25000,\"pingTimeout\":20000,\"maxPayload\":1}");
        assertThat(EngineCodec.handshake("a", List.of("b", "c"), 1, 2, 3)).contains("\"upgrades\":[\"b\",\"c\"],");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a\"b", "a\\", "a b", "é", "a\n"})
    void writesNoHandshakeThatWouldNeedAnEscape(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EngineCodec.handshake(name, List.of("websocket"), 1, 1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> EngineCodec.handshake("a", List.of(name), 1, 1, 1));
    }

    @Test
    void keepsBytesAsTheyWere() {
        var array = new byte[] {1, 2, 3};
        var bytes = Bytes.copyOf(array);
        array[0] = 9;
        bytes.toArray()[1] = 9;

        assertThat(bytes.toArray()).containsExactly(1, 2, 3);
        assertThat(bytes).isEqualTo(bytes(1, 2, 3)).hasSameHashCodeAs(bytes(1, 2, 3));
        assertThat(bytes).isNotEqualTo(bytes(1, 2)).isNotEqualTo("123").hasToString("3 bytes");
        assertThat(bytes.size()).isEqualTo(3);
        assertThat(bytes.asBuffer().get(2)).isEqualTo((byte) 3);
        assertThat(bytes.asBuffer().remaining()).isEqualTo(3);
        assertThatExceptionOfType(ReadOnlyBufferException.class)
                .isThrownBy(() -> bytes.asBuffer().put(0, (byte) 9));
    }

    @Test
    void bringsBackEveryPayloadThatItWrites() {
        var random = new Random(42);
        for (var n = 0; n < 2_000; n++) {
            var packets = Stream.generate(() -> packet(random))
                    .limit(1 + random.nextInt(6))
                    .toList();

            var payload = EngineCodec.joinPayload(
                    packets.stream().map(EngineCodec::encodeForPolling).toList());

            assertThat(decodePayload(payload)).as(payload).isEqualTo(packets);
        }
    }

    /** Whatever comes: a packet, which is written as it came, or the one exception. */
    @Test
    void refusesRandomInputWithItsOwnExceptionOnly() {
        var random = new Random(7);
        var passed = 0;
        for (var n = 0; n < FUZZED; n++) {
            var payload = IntStream.range(0, random.nextInt(12))
                    .map(i -> "0123456789bbbbAQI=\u001e\u001eé😀".charAt(random.nextInt(22)))
                    .collect(StringBuilder::new, (text, c) -> text.append((char) c), StringBuilder::append)
                    .toString();
            try {
                var packets = decodePayload(payload);
                var again = EngineCodec.joinPayload(
                        packets.stream().map(EngineCodec::encodeForPolling).toList());
                assertThat(again).as(payload).isEqualTo(payload.replaceAll("(?<![^\u001e])([156])[^\u001e]*", "$1"));
                passed++;
            } catch (MalformedPacketException e) {
                assertThat(e.getMessage()).isNotBlank().isASCII();
            }
        }
        assertThat(passed).isBetween(FUZZED / 20, FUZZED * 19 / 20);
    }

    private static EnginePacket packet(Random random) {
        var data = new byte[random.nextInt(9)];
        random.nextBytes(data);
        return switch (random.nextInt(8)) {
            case 0 -> new Open("{}");
            case 1 -> new Close();
            case 2 -> new Ping("probe");
            case 3 -> new Pong("");
            case 4 -> new Upgrade();
            case 5 -> new Noop();
            case 6 -> message("b4é\n".repeat(random.nextInt(3)));
            default -> new Binary(Bytes.wrap(data));
        };
    }

    private static Message message(String text) {
        return new Message(text);
    }

    private static Bytes bytes(int... values) {
        var content = new byte[values.length];
        for (var n = 0; n < values.length; n++) {
            content[n] = (byte) values[n];
        }
        return Bytes.wrap(content);
    }

    private static List<EnginePacket> decodePayload(String body) {
        return EngineCodec.decodePayload(body, MAX_PACKETS);
    }

    private static void refused(String packet) {
        assertThatExceptionOfType(MalformedPacketException.class)
                .isThrownBy(() -> EngineCodec.decodeText(packet))
                .satisfies(e -> assertThat(e.getMessage()).isNotBlank().isASCII());
    }

    private static void isRefused(String payload) {
        try {
            decodePayload(payload);
            throw new AssertionError("not refused");
        } catch (MalformedPacketException e) {
            assertThat(e.getMessage()).isNotNull();
        }
    }

    private static long allocated() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }
}
