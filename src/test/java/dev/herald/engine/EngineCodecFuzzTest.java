package dev.herald.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.herald.engine.EnginePacket.Binary;
import dev.herald.engine.EnginePacket.Bytes;
import dev.herald.engine.EnginePacket.Message;
import dev.herald.engine.EnginePacket.Open;
import dev.herald.engine.EnginePacket.Ping;
import dev.herald.engine.EnginePacket.Pong;
import dev.herald.testing.Allocation;
import dev.herald.testing.RandomInputs;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever a client sends as a text frame or as the body of a polling request. */
class EngineCodecFuzzTest {

    private static final int MAX_PACKETS = 256;
    private static final String SEPARATOR = "\u001e";

    @FuzzTest
    void isReadOrRefusedAndWrittenAsItWasRead(byte[] input) {
        var text = new String(input, UTF_8);
        Allocation.isInProportion(text.length(), 100, () -> decodedText(text));
        Allocation.isInProportion(text.length(), 100, () -> decodedPayload(text));
        readsAFrame(text);
        readsAPayload(text);
        bringsBackWhatItWrites(text, Bytes.wrap(input));
    }

    @Test
    @Timeout(60)
    void holdsForRandomInputs() {
        var words = List.of(
                SEPARATOR,
                "0",
                "1",
                "2",
                "2probe",
                "3probe",
                "4",
                "5",
                "6",
                "7",
                "b",
                "bAQ==",
                "=",
                "==",
                "AAAA",
                "\u00e9",
                "\ud83d\ude00",
                "\u0000",
                "451-[\"e\",{\"_placeholder\":true,\"num\":0}]");
        RandomInputs.tryOut(EngineCodecFuzzTest.class, words, this::isReadOrRefusedAndWrittenAsItWasRead);
    }

    private static void readsAFrame(String text) {
        var packet = decodedText(text);
        if (packet.isEmpty()) {
            return;
        }
        var written = EngineCodec.encodeForPolling(packet.get());
        assertThat(EngineCodec.decodeText(written)).isEqualTo(packet.get());
        // The types without data drop what comes with them, base64 its lines; everything else is written as it came.
        if (packet.get() instanceof Binary) {
            assertThat(written).isEqualTo(text.replace("\r\n", "").replace("\n", ""));
        } else {
            assertThat(written).isEqualTo("156".indexOf(text.charAt(0)) < 0 ? text : text.substring(0, 1));
            assertThat(EngineCodec.encodeText(packet.get())).isEqualTo(written);
        }
    }

    /** A payload is its frames, or is refused for one of them or for their number. */
    private static void readsAPayload(String text) {
        var frames = text.split(SEPARATOR, -1);
        var expected = new ArrayList<EnginePacket>();
        for (var n = 0; n < frames.length && frames.length <= MAX_PACKETS; n++) {
            decodedText(frames[n]).ifPresent(expected::add);
        }

        var packets = decodedPayload(text);
        if (packets.isEmpty()) {
            assertThat(expected).as("good frames of a payload that is refused").hasSizeLessThan(frames.length);
            return;
        }
        assertThat(packets).isEqualTo(expected).hasSameSizeAs(frames);
        var written = EngineCodec.joinPayload(
                packets.stream().map(EngineCodec::encodeForPolling).toList());
        assertThat(EngineCodec.decodePayload(written, MAX_PACKETS)).isEqualTo(packets);
    }

    private static void bringsBackWhatItWrites(String text, Bytes bytes) {
        for (var packet : List.of(new Open(text), new Ping(text), new Pong(text), new Message(text))) {
            assertThat(EngineCodec.decodeText(EngineCodec.encodeText(packet))).isEqualTo(packet);
        }
        var binary = new Binary(bytes);
        assertThat(EngineCodec.decodePayload(EngineCodec.encodeForPolling(binary), 1))
                .isEqualTo(List.of(binary));
    }

    private static Optional<EnginePacket> decodedText(String text) {
        try {
            return Optional.of(EngineCodec.decodeText(text));
        } catch (MalformedPacketException e) {
            assertThat(e.getMessage()).isNotBlank().isASCII();
            return Optional.empty();
        }
    }

    private static List<EnginePacket> decodedPayload(String text) {
        try {
            return EngineCodec.decodePayload(text, MAX_PACKETS);
        } catch (MalformedPacketException e) {
            return List.of();
        }
    }
}
