package dev.herald.board;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.herald.api.EventException;
import dev.herald.board.Wanted.Mark;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class WantedTest {

    /** The text with what was found in brackets. */
    private static String found(String wanted, String text) {
        return Wanted.of(wanted).in(text).map(WantedTest::bracketed).orElse("-");
    }

    private static String bracketed(Wanted.Snippet snippet) {
        var text = new StringBuilder(snippet.text());
        for (var n = snippet.marks().size() - 1; n >= 0; n--) {
            text.insert(snippet.marks().get(n).to(), ']')
                    .insert(snippet.marks().get(n).from(), '[');
        }
        return text.toString();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "tea | Tea and teapots | [Tea] and [tea]pots",
                "pot TEA | tea in a pot | [tea] in a [pot]",
                "tea coffee | only tea | -",
                "jurgen | Jürgen | -",
                "jürgen | JU\u0308RGEN is here | [JU\u0308RGEN] is here",
                "名前 | 私の名前は何 | 私の[名前]は何",
                "سلمى | مرحبا سلمى | مرحبا [سلمى]",
                "😀 | so 😀 it is | so [😀] it is",
                "fi | ﬁne | [ﬁ]ne",
                "% | 100% of it | 100[%] of it",
                "_ | no such | -",
                "\\ | a\\b | a[\\]b",
                "' | it's \" | it[']s \"",
                "ab bc | abc | [abc]",
            })
    void findsAllWordsInAnyLanguageAndNoCharacterIsSpecial(String wanted, String text, String expected) {
        assertThat(found(wanted, text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", " \n\u3000", "1 2 3 4 5 6 7 8 9 10 11"})
    void refusesNothingAndTooManyWords(String wanted) {
        assertThatThrownBy(() -> Wanted.of(wanted)).isInstanceOf(EventException.class);
    }

    @Test
    void refusesALongText() {
        assertThat(found("x".repeat(200), "x")).isEqualTo("-");
        assertThatThrownBy(() -> Wanted.of("x".repeat(201))).isInstanceOf(EventException.class);
    }

    @Test
    void showsThePartOfALongTextAroundTheFirstPlace() {
        var snippet = Wanted.of("here")
                .in("😀".repeat(500) + "here" + "😀".repeat(500))
                .orElseThrow();

        assertThat(snippet.text()).startsWith("…😀").endsWith("😀…").hasSizeLessThan(250);
        assertThat(snippet.marks()).isEqualTo(List.of(new Mark(61, 65)));
        assertThat(snippet.text().substring(61, 65)).isEqualTo("here");
    }

    @Test
    void marksFewPlacesHoweverManyThereAre() {
        var snippet = Wanted.of("a").in("a ".repeat(5_000)).orElseThrow();

        assertThat(snippet.marks()).hasSize(20);
    }
}
