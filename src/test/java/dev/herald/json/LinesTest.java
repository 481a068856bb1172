package dev.herald.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class LinesTest {

    @Test
    void areReadAsTheyWereWritten() {
        var texts = Set.of("", "a", "a\nb", "a\\nb", "\\", "Jürgen", "名前", "سلمى 😀");

        assertThat(Lines.read(Lines.write(texts))).isEqualTo(texts);
        assertThat(Lines.read(Lines.write(Set.of("")))).containsExactly("");
    }

    @Test
    void areSortedSoThatEqualSetsAreEqualTexts() {
        assertThat(Lines.write(Set.of("b", "a\n", "c"))).isEqualTo("a\\n\nb\nc");
    }

    @Test
    void areNullWhenThereAreNone() {
        assertThat(Lines.write(Set.of())).isNull();
        assertThat(Lines.read(null)).isEmpty();
    }
}
