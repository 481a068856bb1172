package dev.herald.hub;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NamePatternTest {

    @ParameterizedTest
    @CsvSource({
        "/tenant-*, /tenant-1",
        "/tenant-*, /tenant-名前",
        "/tenant-*, /tenant-",
        "/*/rooms, /a/b/rooms",
        "/a*b*c, /a1b2b3c",
        "/a*a, /aa",
        "*, /",
        "/shop, /shop",
    })
    void aStarStandsForAnyCharacters(String pattern, String name) {
        assertThat(new NamePattern(pattern).fits(name)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "/tenant-*, /tenant",
        "/tenant-*, /Tenant-1",
        "/tenant-*, /x/tenant-1",
        "/a*a, /a",
        "/a*b*c, /acb",
        "/a.c, /abc",
        "/shop, /shops",
        "/shop, /sho",
    })
    void allOtherCharactersStandForThemselves(String pattern, String name) {
        assertThat(new NamePattern(pattern).fits(name)).isFalse();
    }
}
