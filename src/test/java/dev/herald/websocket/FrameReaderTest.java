package dev.herald.websocket;

import static dev.herald.websocket.ClientFrames.close;
import static dev.herald.websocket.ClientFrames.frame;
import static dev.herald.websocket.ClientFrames.hex;
import static dev.herald.websocket.ClientFrames.join;
import static dev.herald.websocket.ClientFrames.text;
import static dev.herald.websocket.Frames.BINARY;
import static dev.herald.websocket.Frames.CLOSE;
import static dev.herald.websocket.Frames.CONTINUATION;
import static dev.herald.websocket.Frames.PING;
import static dev.herald.websocket.Frames.PONG;
import static dev.herald.websocket.Frames.TEXT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client's bytes mean, cut in any way. */
class FrameReaderTest {

    private static final int MAX_MESSAGE = 1_000;
    private static final int MAX_FRAGMENTS = 10;
    private static final int MAX_CONTROL_FRAMES = 5;
    private static final WebSocketLimits LIMITS = new WebSocketLimits(
            MAX_MESSAGE, MAX_FRAGMENTS, MAX_CONTROL_FRAMES, Duration.ofSeconds(1), Duration.ofSeconds(1));
    private static final long SEED = 6455;
    private static final Duration FUZZING = Duration.ofSeconds(2);

    private long now;
    private final Heard heard = new Heard();
    private final FrameReader reader = new FrameReader(LIMITS, () -> now, heard);

    /** All that a reader says, in words. */
    private static final class Heard implements FrameReader.Receiver {

        private final List<String> words = new ArrayList<>();

        @Override
        public void text(String message) {
            words.add("text " + message);
        }

        @Override
        public void binary(byte[] message) {
            words.add("binary " + HexFormat.of().formatHex(message));
        }

        @Override
        public boolean pong(byte[] payload) {
            return payload.length == 4;
        }

        @Override
        public void ping(byte[] payload) {
            words.add("ping " + new String(payload, UTF_8));
        }

        @Override
        public void close(int code, String reason) {
            words.add("close " + code + " " + reason);
        }

        @Override
        public void mistake(int code, String reason) {
            words.add("mistake " + code);
        }
    }

    /** Reads the frames in one piece, byte by byte and in random pieces: it must be heard the same. */
    private static List<String> read(byte[]... frames) {
        var bytes = join(frames);
        var whole = inPieces(bytes, bytes.length, bytes.length);
        assertThat(inPieces(bytes, 1, 1)).isEqualTo(whole);
        for (var n = 0; n < 20; n++) {
            assertThat(inPieces(bytes, 1, 1 + n * n)).isEqualTo(whole);
        }
        return whole;
    }

    private static List<String> inPieces(byte[] bytes, int shortest, int longest) {
        var random = new Random(SEED);
        var heard = new Heard();
        var reader = new FrameReader(LIMITS, () -> 0, heard);
        for (var at = 0; at < bytes.length; ) {
            var length = Math.min(bytes.length - at, shortest + random.nextInt(longest - shortest + 1));
            feed(reader, Arrays.copyOfRange(bytes, at, at + length));
            at += length;
        }
        return heard.words;
    }

    private static void feed(FrameReader reader, byte[] bytes) {
        reader.read(bytes, bytes.length);
        assertThat(reader.held()).isLessThanOrEqualTo(MAX_MESSAGE + Frames.MAX_CONTROL_PAYLOAD);
    }

    @Test
    void readsTheMaskedTextOfTheStandard() {
        assertThat(read(hex("81 85 37 fa 21 3d 7f 9f 4d 51 58"))).containsExactly("text Hello");
    }

    @Test
    void hearsNothingOfTheMaskedPongOfTheStandard() {
        assertThat(read(hex("8a 85 37 fa 21 3d 7f 9f 4d 51 58"), text("next"))).containsExactly("text next");
    }

    /** The examples of the standard that only a server may send. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "81 05 48 65 6c 6c 6f",
                "01 03 48 65 6c 80 02 6c 6f",
                "89 05 48 65 6c 6c 6f",
                "82 7e 0100 00",
                "82 7f 0000000000010000 00"
            })
    void refusesFramesWithoutMask(String digits) {
        assertThat(read(hex(digits))).containsExactly("mistake 1002");
    }

    @Test
    void joinsFragments() {
        assertThat(read(frame(false, TEXT, "Hel"), frame(false, CONTINUATION, ""), frame(true, CONTINUATION, "lo")))
                .containsExactly("text Hello");
        assertThat(read(frame(false, BINARY, "Hel"), frame(true, CONTINUATION, "lo")))
                .containsExactly("binary 48656c6c6f");
    }

    @Test
    void hearsPingsBetweenFragmentsAtOnce() {
        assertThat(read(frame(false, TEXT, "Hel"), frame(true, PING, "you"), frame(true, CONTINUATION, "lo")))
                .containsExactly("ping you", "text Hello");
    }

    @Test
    void readsEmptyMessages() {
        assertThat(read(text(""), frame(true, BINARY, ""), frame(true, PING, ""), frame(true, CLOSE, "")))
                .containsExactly("text ", "binary ", "ping ", "close 1005 ");
    }

    @Test
    void readsAMessageOfTheLargestSize() {
        var message = "x".repeat(MAX_MESSAGE);

        assertThat(read(text(message), text("next"))).containsExactly("text " + message, "text next");
        assertThat(read(
                        frame(false, TEXT, message.substring(1)),
                        frame(true, PING, "p".repeat(125)),
                        frame(true, CONTINUATION, "x")))
                .containsExactly("ping " + "p".repeat(125), "text " + message);
    }

    @Test
    void refusesALargerMessage() {
        assertThat(read(text("x".repeat(MAX_MESSAGE + 1)))).containsExactly("mistake 1009");
        assertThat(read(frame(false, TEXT, "x".repeat(MAX_MESSAGE)), frame(true, CONTINUATION, "x")))
                .containsExactly("mistake 1009");
    }

    @ParameterizedTest
    @ValueSource(strings = {"82 fe 03e9", "81 ff 0000000007270e00", "81 ff 7fffffffffffffff"})
    void refusesAMessageByItsAnnouncedLengthAlone(String digits) {
        assertThat(read(hex(digits))).containsExactly("mistake 1009");
    }

    @Test
    void anAnnouncedLengthCostsNothing() {
        feed(reader, hex("82 fe 03e8 00000000"));

        assertThat(reader.held()).isZero();
        feed(reader, new byte[10]);
        assertThat(reader.held()).isLessThanOrEqualTo(20);
    }

    @Test
    void keepsNothingOfAMessageThatIsRefusedOrRead() {
        feed(reader, frame(false, BINARY, "x".repeat(500)));
        assertThat(reader.held()).isPositive();
        feed(reader, frame(true, CONTINUATION, "x".repeat(400)));
        assertThat(reader.held()).isZero();

        feed(reader, frame(false, BINARY, "x".repeat(500)));
        feed(reader, frame(true, CONTINUATION, "x".repeat(501)));
        assertThat(reader.held()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"81 ff ffffffffffffffff 00000000 41414141", "82 ff 8000000000000000"})
    void refusesLengthsWithTheSignBit(String digits) {
        assertThat(read(hex(digits))).containsExactly("mistake 1002");
    }

    @ParameterizedTest
    @ValueSource(strings = {"82 fe 007d", "82 ff 000000000000ffff", "82 ff 0000000000000000"})
    void refusesLengthsThatAreNotInTheirShortestForm(String digits) {
        assertThat(read(hex(digits))).containsExactly("mistake 1002");
    }

    /** Reserved bits and opcodes, a control frame in fragments, and each of that as soon as its byte is there. */
    @ParameterizedTest
    @ValueSource(strings = {"c1", "a1", "91", "b1", "83", "87", "8b", "8f", "03", "08", "09", "0a", "80", "00"})
    void refusesAFrameByItsFirstByte(String digits) {
        assertThat(read(hex(digits))).containsExactly("mistake 1002");
    }

    @Test
    void refusesAMessageInAMessage() {
        assertThat(read(frame(false, TEXT, "Hel"), text("lo"))).containsExactly("mistake 1002");
        assertThat(read(frame(false, TEXT, "Hel"), frame(false, BINARY, "lo"))).containsExactly("mistake 1002");
    }

    @Test
    void refusesAContinuationAfterTheLastFragment() {
        assertThat(read(frame(false, TEXT, "Hel"), frame(true, CONTINUATION, "lo"), frame(true, CONTINUATION, "!")))
                .containsExactly("text Hello", "mistake 1002");
    }

    @ParameterizedTest
    @ValueSource(ints = {PING, PONG, CLOSE})
    void refusesLongControlFrames(int opcode) {
        assertThat(read(hex(Integer.toHexString(0x80 | opcode) + "fe"))).containsExactly("mistake 1002");
    }

    @ParameterizedTest
    @ValueSource(
            ints = {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999})
    void understandsCloseCodes(int code) {
        assertThat(read(close(code, "why é"))).containsExactly("close " + code + " why é");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535})
    void refusesOtherCloseCodes(int code) {
        assertThat(read(close(code, ""))).startsWith("mistake 1002");
    }

    @Test
    void refusesHalfACloseCode() {
        assertThat(read(frame(true, CLOSE, "x"))).startsWith("mistake 1002");
    }

    @Test
    void refusesACloseReasonThatIsNoText() {
        assertThat(read(frame(true, CLOSE, hex("03e8 ff")))).startsWith("mistake 1007");
        assertThat(read(frame(true, CLOSE, hex("03e8 c3")))).startsWith("mistake 1007");
    }

    @Test
    void hearsNothingAfterTheClose() {
        assertThat(read(close(1000, "bye"), text("late"), hex("ff ff ff"))).containsExactly("close 1000 bye");
    }

    @ParameterizedTest
    @CsvSource({
        "1, mistake 1002",
        "2, mistake 1002",
        "3, mistake 1007",
    })
    void hearsTheCloseAfterAMistakeAndNothingElse(int which, String mistake) {
        var wrong = List.of(hex("81 05 48656c6c6f"), frame(true, 11, "odd"), frame(true, TEXT, hex("61 ff 61")));

        assertThat(read(
                        wrong.get(which - 1),
                        text("dropped"),
                        frame(true, PING, "dropped"),
                        frame(true, TEXT, hex("ff")),
                        hex("8b 01 00"),
                        close(1002, "answer")))
                .containsExactly(mistake, "close 1005 ");
    }

    @Test
    void aCloseThatIsAMistakeIsAClose() {
        assertThat(read(close(1005, "never"))).containsExactly("mistake 1002", "close 1005 ");
        assertThat(read(frame(true, CLOSE, "x".repeat(126)))).containsExactly("mistake 1002", "close 1005 ");
    }

    @Test
    void hearsNothingAfterALengthThatMakesNoSense() {
        assertThat(read(hex("82 ff ffffffffffffffff 00000000"), close(1000, "")))
                .containsExactly("mistake 1002");
    }

    @Test
    void refusesTextThatIsNotUtf8AtTheFirstSuchByte() {
        feed(reader, hex("81 8a 00000000"));
        feed(reader, hex("ce ba e1 bd b9 f4"));
        assertThat(heard.words).isEmpty();

        feed(reader, hex("90"));
        assertThat(heard.words).containsExactly("mistake 1007");
    }

    @Test
    void refusesTextThatEndsWithinACharacter() {
        assertThat(read(frame(true, TEXT, hex("61 e2 82")))).containsExactly("mistake 1007");
        assertThat(read(frame(false, TEXT, hex("61 e2 82")), frame(true, CONTINUATION, "")))
                .containsExactly("mistake 1007");
    }

    @Test
    void aCharacterMayBeCutBetweenFragments() {
        assertThat(read(
                        frame(false, TEXT, hex("61 e2")),
                        frame(true, PING, hex("ff")),
                        frame(false, CONTINUATION, hex("82")),
                        frame(true, CONTINUATION, hex("ac 62"))))
                .last()
                .isEqualTo("text a€b");
    }

    @Test
    void anUnfinishedCharacterDoesNotSpoilTheNextMessage() {
        assertThat(read(frame(true, BINARY, hex("e2 82")), text("é"))).containsExactly("binary e282", "text é");
    }

    /** Accepts what the JDK accepts, and of the rest as much as could still become good. */
    @Test
    void agreesWithTheJdkOnUtf8() {
        var random = new Random(SEED);
        var bytes = hex("00 41 7f 80 8f 90 9f a0 bf c0 c1 c2 df e0 e1 ec ed ee ef f0 f1 f3 f4 f5 f8 ff");
        for (var round = 0; round < 5_000; round++) {
            var text = new byte[random.nextInt(6)];
            for (var n = 0; n < text.length; n++) {
                text[n] = bytes[random.nextInt(bytes.length)];
            }
            var check = new Utf8Check();
            var accepted = 0;
            while (accepted < text.length && check.accepts(text, accepted, 1)) {
                accepted++;
            }

            var hopeful = 0;
            while (hopeful < text.length && canBecomeGood(Arrays.copyOf(text, hopeful + 1), 3)) {
                hopeful++;
            }
            assertThat(accepted).as(HexFormat.of().formatHex(text)).isEqualTo(hopeful);
            assertThat(accepted == text.length && check.isComplete()).isEqualTo(isGood(text));
        }
    }

    private static boolean isGood(byte[] text) {
        return Arrays.equals(new String(text, UTF_8).getBytes(UTF_8), text);
    }

    private static boolean canBecomeGood(byte[] text, int more) {
        if (isGood(text)) {
            return true;
        }
        for (var next : hex(more == 0 ? "" : "80 90 a0 bf")) {
            if (canBecomeGood(join(text, new byte[] {next}), more - 1)) {
                return true;
            }
        }
        return false;
    }

    @Test
    void refusesTooManyFragments() {
        var fragments = new byte[MAX_FRAGMENTS][];
        Arrays.fill(fragments, frame(false, CONTINUATION, ""));
        fragments[0] = frame(false, TEXT, "x");

        assertThat(read(join(fragments))).isEmpty();
        assertThat(read(join(fragments), frame(true, CONTINUATION, ""))).containsExactly("mistake 1008");
    }

    @Test
    void countsTheFragmentsOfEachMessage() {
        var fragments = new byte[MAX_FRAGMENTS][];
        Arrays.fill(fragments, frame(false, CONTINUATION, ""));
        fragments[0] = frame(false, TEXT, "x");
        fragments[MAX_FRAGMENTS - 1] = frame(true, CONTINUATION, "");

        assertThat(read(join(fragments), join(fragments))).containsExactly("text x", "text x");
    }

    @Test
    void refusesTooManyControlFramesInASecond() {
        for (var second = 0; second < 3; second++) {
            for (var n = 0; n < MAX_CONTROL_FRAMES; n++) {
                feed(reader, frame(true, n % 2 == 0 ? PING : PONG, ""));
            }
            now += TimeUnit.SECONDS.toNanos(1);
        }
        assertThat(heard.words).hasSize(9).containsOnly("ping ");

        for (var n = 0; n <= MAX_CONTROL_FRAMES; n++) {
            feed(reader, frame(true, PONG, ""));
        }
        assertThat(heard.words).last().isEqualTo("mistake 1008");
    }

    @Test
    void aCloseIsNotOneTooMany() {
        for (var n = 0; n < MAX_CONTROL_FRAMES; n++) {
            feed(reader, frame(true, PONG, ""));
        }
        feed(reader, close(1000, ""));

        assertThat(heard.words).containsExactly("close 1000 ");
    }

    /** Noise, and frames with some bytes changed: there are only the outcomes of the protocol, and what is held is bounded. */
    @Test
    void noBytesDoHarm() {
        var random = new Random(SEED);
        var end = System.nanoTime() + FUZZING.toNanos();
        while (System.nanoTime() < end) {
            var bytes = random.nextBoolean() ? noise(random) : almostRight(random);
            var all = new Heard();
            var fuzzed = new FrameReader(LIMITS, () -> 0, all);
            for (var at = 0; at < bytes.length; ) {
                var length = Math.min(bytes.length - at, 1 + random.nextInt(400));
                feed(fuzzed, Arrays.copyOfRange(bytes, at, at + length));
                at += length;
            }

            assertThat(String.join("\n", all.words) + "\n")
                    .matches("(?s)((text|binary|ping) .*\n)*(mistake (1002|1007|1008|1009)\n)?(close \\d+ .*\n)?\n?");
            assertThat(inPieces(bytes, 1, 50)).isEqualTo(all.words);
        }
    }

    private static byte[] noise(Random random) {
        var bytes = new byte[random.nextInt(3_000)];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] almostRight(Random random) {
        var bytes = new byte[0];
        for (var n = random.nextInt(8); n >= 0; n--) {
            var opcode = List.of(TEXT, BINARY, CONTINUATION, PING, PONG, CLOSE).get(random.nextInt(6));
            bytes = join(
                    bytes, frame(random.nextInt(3) > 0, opcode, "é".repeat(random.nextInt(random.nextInt(20) + 1))));
            if (random.nextInt(10) == 0) {
                bytes = join(bytes, text("x".repeat(random.nextInt(1_100))));
            }
        }
        for (var n = random.nextInt(3); n > 0; n--) {
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return bytes;
    }
}
