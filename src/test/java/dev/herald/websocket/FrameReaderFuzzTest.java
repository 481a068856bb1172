package dev.herald.websocket;

import static dev.herald.websocket.ClientFrames.close;
import static dev.herald.websocket.ClientFrames.frame;
import static dev.herald.websocket.ClientFrames.join;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.herald.testing.Allocation;
import dev.herald.testing.RandomInputs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever bytes a client sends, and however they are cut on their way. */
class FrameReaderFuzzTest {

    private static final int MAX_MESSAGE = 600;
    private static final int MAX_FRAGMENTS = 6;
    private static final WebSocketLimits LIMITS =
            new WebSocketLimits(MAX_MESSAGE, MAX_FRAGMENTS, 8, Duration.ofSeconds(1), Duration.ofSeconds(1));
    private static final int CUTS = 3;

    @FuzzTest
    void isHeardTheSameInAnyPieces(byte[] input) {
        var words = read(input, left -> left);
        Allocation.isInProportion(input.length, 200, () -> read(input, left -> left));
        for (var n = 0; n < words.size(); n++) {
            var after = words.subList(n + 1, words.size());
            if (words.get(n).startsWith("close")) {
                assertThat(after).as("after a close").isEmpty();
            } else if (words.get(n).startsWith("mistake")) {
                assertThat(words.get(n)).matches("mistake (1002|1007|1008|1009)");
                assertThat(after).as("after a mistake").allMatch(word -> word.startsWith("close"));
            }
        }

        assertThat(read(input, left -> 1)).isEqualTo(words);
        var random = new Random(Arrays.hashCode(input));
        for (var n = 0; n < CUTS; n++) {
            var longest = 1 + random.nextInt(input.length + 1);
            assertThat(read(input, left -> 1 + random.nextInt(longest))).isEqualTo(words);
        }

        bringsBackWhatAClientWrites(input, random);
    }

    @Test
    @Timeout(60)
    void holdsForRandomInputs() {
        var words =
                List.of("\u0001", "\u0002", "\u0000", "\u0000\u0000\u0000\u0000", "hello", "\u00e9", "\ud83d\ude00");
        RandomInputs.tryOut(FrameReaderFuzzTest.class, words, this::isHeardTheSameInAnyPieces);
    }

    /** Cuts a message to fragments with pings between them, and cuts their bytes anywhere. */
    private static void bringsBackWhatAClientWrites(byte[] input, Random random) {
        var message = Arrays.copyOf(input, Math.min(input.length, MAX_MESSAGE));
        var bytes = new byte[0];
        var expected = new ArrayList<String>();
        var at = 0;
        for (var fragment = 0; fragment < MAX_FRAGMENTS; fragment++) {
            var isLast = fragment == MAX_FRAGMENTS - 1 || random.nextInt(MAX_FRAGMENTS) == 0;
            var end = isLast ? message.length : at + random.nextInt(message.length - at + 1);
            var opcode = fragment == 0 ? Frames.BINARY : Frames.CONTINUATION;
            bytes = join(bytes, frame(isLast, opcode, Arrays.copyOfRange(message, at, end)));
            at = end;
            if (isLast) {
                break;
            }
            bytes = join(bytes, frame(true, Frames.PING, "p" + fragment));
            expected.add("ping 703" + fragment);
        }
        expected.add("binary " + HexFormat.of().formatHex(message));
        expected.add("close 1000 627965");
        bytes = join(bytes, close(1000, "bye"));

        assertThat(read(bytes, left -> 1 + random.nextInt(left))).isEqualTo(expected);
    }

    /** What the reader says; contents in hexadecimal digits. */
    private static List<String> read(byte[] input, IntUnaryOperator lengthOfPiece) {
        var heard = new Heard();
        var reader = new FrameReader(LIMITS, () -> 0, heard);
        for (var at = 0; at < input.length; ) {
            var length = Math.min(input.length - at, lengthOfPiece.applyAsInt(input.length - at));
            reader.read(Arrays.copyOfRange(input, at, at + length), length);
            at += length;
            assertThat(reader.held())
                    .isLessThanOrEqualTo(MAX_MESSAGE + Frames.MAX_CONTROL_PAYLOAD)
                    .isLessThanOrEqualTo(2 * at + Frames.MAX_CONTROL_PAYLOAD);
            if (heard.isOver) {
                assertThat(reader.held()).as("held after the end").isZero();
            }
        }
        return heard.words;
    }

    private static final class Heard implements FrameReader.Receiver {

        private final List<String> words = new ArrayList<>();
        private boolean isOver;

        private void add(String kind, byte[] content) {
            words.add(kind + " " + HexFormat.of().formatHex(content));
        }

        @Override
        public void text(String message) {
            assertThat(message.getBytes(UTF_8)).hasSizeLessThanOrEqualTo(MAX_MESSAGE);
            add("text", message.getBytes(UTF_8));
        }

        @Override
        public void binary(byte[] message) {
            assertThat(message).hasSizeLessThanOrEqualTo(MAX_MESSAGE);
            add("binary", message);
        }

        @Override
        public boolean pong(byte[] payload) {
            return payload.length == 4;
        }

        @Override
        public void ping(byte[] payload) {
            assertThat(payload).hasSizeLessThanOrEqualTo(Frames.MAX_CONTROL_PAYLOAD);
            add("ping", payload);
        }

        @Override
        public void close(int code, String reason) {
            assertThat(isOver || code == CloseCodes.NONE || CloseCodes.isSendable(code))
                    .as("close " + code)
                    .isTrue();
            isOver = true;
            add("close " + code, reason.getBytes(UTF_8));
        }

        @Override
        public void mistake(int code, String reason) {
            isOver = true;
            words.add("mistake " + code);
        }
    }
}
