package dev.herald.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextAssemblyTest {

    private final TextAssembly assembly = new TextAssembly(10);

    @Test
    void givesAMessageOfOnePartAsItCame() {
        var part = "message";

        assertThat(assembly.add(part, true)).containsSame(part);
    }

    @Test
    void putsPartsTogetherWithTheLast() {
        assertThat(assembly.add("on", false)).isEmpty();
        assertThat(assembly.add("", false)).isEmpty();
        assertThat(assembly.add("e tw", false)).isEmpty();
        assertThat(assembly.add("o", true)).contains("one two");
    }

    @Test
    void takesALastPartThatIsEmpty() {
        assembly.add("all", false);

        assertThat(assembly.add("", true)).contains("all");
        assertThat(assembly.add("", true)).contains("");
    }

    @Test
    void beginsAnewWithEachMessage() {
        for (var n = 0; n < 100; n++) {
            assembly.add("12345", false);
            assertThat(assembly.add("6789" + n % 10, true)).contains("123456789" + n % 10);
            assertThat(assembly.add("0123456789", true)).contains("0123456789");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1234567890, 1",
        "ééééé, é",
        "€€€x, x",
        "😀😀xx, x",
        "\u0080\u0080\u0080\u0080\u07ff, x",
        "\u0800\u0800\uffffx, x"
    })
    void countsBytesInUtf8AndTakesExactlySoMany(String tenBytes, String more) {
        assertThat(assembly.add(tenBytes, true)).contains(tenBytes);
        assertThat(new TextAssembly(10).add(tenBytes, false)).isEmpty();
        assertThatExceptionOfType(TextAssembly.TooLongException.class)
                .isThrownBy(() -> new TextAssembly(10).add(tenBytes + more, true));
    }

    @Test
    void countsAPairThatIsCutByTheEndOfAPartAsOneCharacter() {
        assembly.add("123456\ud83d", false);

        assertThat(assembly.add("\ude00", true)).contains("123456\ud83d\ude00");
    }

    @Test
    void refusesAPairThatIsCutAndTooLong() {
        assembly.add("1234567\ud83d", false);

        assertThatExceptionOfType(TextAssembly.TooLongException.class).isThrownBy(() -> assembly.add("\ude00", true));
    }

    @Test
    void refusesTheFirstPartThatIsTooMuchAndAllAfterIt() {
        assembly.add("1234567890", false);
        assembly.add("", false);

        assertThatExceptionOfType(TextAssembly.TooLongException.class).isThrownBy(() -> assembly.add("1", false));
        assertThatExceptionOfType(TextAssembly.TooLongException.class).isThrownBy(() -> assembly.add("1", true));
    }

    @Test
    void holdsNothingOfAMessageThatIsTooLong() throws Exception {
        var large = new TextAssembly(1_000_000);
        large.add("x".repeat(900_000), false);

        assertThatExceptionOfType(TextAssembly.TooLongException.class)
                .isThrownBy(() -> large.add("x".repeat(900_000), false));

        assertThat(held(large)).isLessThan(100);
    }

    /** 20,000 idle connections with 64 KiB each would be 1.3 GB. */
    @Test
    void holdsNothingOnceAMessageIsWhole() throws Exception {
        var large = new TextAssembly(1_000_000);
        large.add("x".repeat(900_000), false);
        large.add("x", true);

        assertThat(held(large)).isLessThan(10_000);
    }

    private static int held(TextAssembly assembly) throws ReflectiveOperationException {
        var parts = TextAssembly.class.getDeclaredField("parts");
        parts.setAccessible(true);
        return ((StringBuilder) parts.get(assembly)).capacity();
    }
}
