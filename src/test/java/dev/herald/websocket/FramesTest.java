package dev.herald.websocket;

import static dev.herald.websocket.ClientFrames.hex;
import static dev.herald.websocket.ClientFrames.join;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The server's frames, with the bytes of RFC 6455, 5.7. */
class FramesTest {

    @Test
    void aTextIsASingleFrameWithoutMask() {
        assertThat(Frames.text("Hello")).isEqualTo(hex("81 05 48 65 6c 6c 6f"));
    }

    @Test
    void aTextIsMeasuredInBytes() {
        assertThat(Frames.text("é€😀")).isEqualTo(hex("81 09 c3a9 e282ac f09f9880"));
    }

    @Test
    void aPongCarriesThePingsPayload() {
        assertThat(Frames.pong("Hello".getBytes(UTF_8))).isEqualTo(hex("8a 05 48 65 6c 6c 6f"));
    }

    @Test
    void aLengthIsInItsShortestForm() {
        assertThat(Frames.binary(new byte[0])).isEqualTo(hex("82 00"));
        assertThat(Frames.binary(new byte[125])).isEqualTo(join(hex("82 7d"), new byte[125]));
        assertThat(Frames.binary(new byte[126])).isEqualTo(join(hex("82 7e 007e"), new byte[126]));
        assertThat(Frames.binary(new byte[256])).isEqualTo(join(hex("82 7e 0100"), new byte[256]));
        assertThat(Frames.binary(new byte[65_535])).isEqualTo(join(hex("82 7e ffff"), new byte[65_535]));
        assertThat(Frames.binary(new byte[65_536])).isEqualTo(join(hex("82 7f 0000000000010000"), new byte[65_536]));
    }

    @Test
    void aCloseHasCodeAndReason() {
        assertThat(Frames.close(1000, "bye")).isEqualTo(hex("88 05 03e8 627965"));
        assertThat(Frames.close(CloseCodes.NONE, "unsaid")).isEqualTo(hex("88 00"));
    }

    @Test
    void aLongReasonIsCutBetweenCharacters() {
        var frame = Frames.close(1000, "a" + "€".repeat(50));

        assertThat(frame[1]).isEqualTo((byte) (2 + 1 + 40 * 3));
        assertThat(new String(frame, 4, frame.length - 4, UTF_8)).isEqualTo("a" + "€".repeat(40));
    }

    @Test
    void partsOfAMessageSayWhetherTheyAreTheFirstAndTheLast() {
        var hel = "Hel".getBytes(UTF_8);

        assertThat(Frames.textPart(hel, false, false)).isEqualTo(hex("01 03 48 65 6c"));
        assertThat(Frames.textPart("lo".getBytes(UTF_8), true, true)).isEqualTo(hex("80 02 6c 6f"));
        assertThat(Frames.textPart(hel, false, true)).isEqualTo(hex("81 03 48 65 6c"));
        assertThat(Frames.binaryPart(hel, false, false)).isEqualTo(hex("02 03 48 65 6c"));
        assertThat(Frames.binaryPart(hel, true, false)).isEqualTo(hex("00 03 48 65 6c"));
    }
}
