package dev.herald.board;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WordsTest {

    @Test
    void whoAsksForNoLanguageReadsEnglishOnAServerInGermany() {
        assertThat(Words.wanted(null, Locale.GERMANY)).isEqualTo(Locale.ENGLISH);
        assertThat(Words.wanted(" ", Locale.GERMANY)).isEqualTo(Locale.ENGLISH);
        assertThat(Words.wanted("de-AT,en;q=0.5", new Locale("de", "AT")).getLanguage())
                .isEqualTo("de");
    }

    @ParameterizedTest
    @ValueSource(strings = {Words.BOARD, MonitorWords.BUNDLE})
    void allLanguagesHaveTheSameKeysAndUnknownOnesAreEnglish(String bundle) {
        var english = Words.inLanguageOf(bundle, Locale.ENGLISH);
        var german = Words.inLanguageOf(bundle, Locale.GERMAN);

        assertThat(german.getString("language")).isEqualTo("de");
        assertThat(english.getString("language")).isEqualTo("en");
        assertThat(Words.inLanguageOf(bundle, Locale.JAPANESE).getString("language"))
                .isEqualTo("en");
        assertThat(german.keySet()).isEqualTo(english.keySet());
    }
}
