package dev.herald.board;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SkeletonTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "herald",
                "HERALD",
                "HeraId",
                "Hera1d",
                "Нerаld",
                "ΗERALD",
                "Ｈｅｒａｌｄ",
                "𝓗𝓮𝓻𝓪𝓵𝓭",
                "He\u200brald",
                "He\u00adrald",
                " He rald ",
                "Ꮋerald",
                "Hеrаⅼd"
            })
    void whatLooksLikeTheServersNameHasItsSkeleton(String name) {
        assertThat(Skeleton.of(name)).isEqualTo(Skeleton.of("Herald"));
    }

    @Test
    void theSameLettersWrittenInAnotherWayAreTheSame() {
        assertThat(Skeleton.of("Ju\u0308rgen")).isEqualTo(Skeleton.of("JÜRGEN"));
        assertThat(Skeleton.of("STRASSE")).isEqualTo(Skeleton.of("straße"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Ольга", "Нина", "Глеб", "Пётр", "Тимофей", "Юлия", "Φίλιππος", "Ժաննա", "Müller", "ÆGIR"})
    void upperAndLowerCaseAreTheSameInEveryScript(String name) {
        assertThat(Skeleton.of(name.toUpperCase(Locale.ROOT))).isEqualTo(Skeleton.of(name));
        assertThat(Skeleton.of(name.toLowerCase(Locale.ROOT))).isEqualTo(Skeleton.of(name));
    }

    @Test
    void otherNamesAreOthers() {
        assertThat(Stream.of("Herold", "Harald", "Heralda", "Jürgen", "Jurgen", "名前", "名", "سلمى", "سلم", "😀", "😁")
                        .map(Skeleton::of))
                .doesNotHaveDuplicates()
                .doesNotContain(Skeleton.of("Herald"));
    }

    @Test
    void whatCannotBeSeenIsNothing() {
        assertThat(Skeleton.of("\u200b\u2060\ufeff \u3164")).isEmpty();
    }
}
