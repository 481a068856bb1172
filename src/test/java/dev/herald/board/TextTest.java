package dev.herald.board;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.Person;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextTest {

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '\'',
            value = {
                "Ann, '@Ann', true",
                "Ann, 'hello @ann!', true",
                "Ann, '@anna @Ann', true",
                "Ann, '@anna', false",
                "Ann, '@ann_', false",
                "Ann, 'Ann', false",
                "Ann, '@', false",
                "Jürgen Ö, '@\"jürgen ö\"', true",
                "Jürgen Ö, '@ju\u0308rgen ö, look', true",
                "سلمى, 'مرحبا @سلمى', true",
                "名前, '@名前 ', true",
                "😀, '@😀', true"
            })
    void knowsWhoIsMentioned(String name, String text, boolean isMentioned) {
        assertThat(Text.mentions(text, new Person("id", name))).isEqualTo(isMentioned);
        assertThat(Text.mentionable(text, 100).contains(Text.folded(name)))
                .as("it can be looked for")
                .isEqualTo(isMentioned);
    }

    @Test
    void looksForNoMoreNamesThanAllowedAndForNoneThatNobodyCanHave() {
        assertThat(Text.mentionable("hi @Ann B, @\"C D\"", 100))
                .contains("ann", "ann b", "c d")
                .doesNotContain("an", "hi");
        assertThat(Text.mentionable("@" + "a ".repeat(5_000), 50)).hasSize(50);
        assertThat(Text.mentionable("@ ".repeat(5_000), 50)).hasSize(50);
        assertThat(Text.mentionable("@😀😀\nb @\0", 100)).containsExactly("😀", "😀😀");
        assertThat(Text.mentionable("nobody", 100)).isEmpty();
    }
}
