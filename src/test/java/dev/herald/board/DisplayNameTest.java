package dev.herald.board;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DisplayNameTest {

    @ParameterizedTest
    @ValueSource(strings = {"A", "Ann Lee", "Zoë 🎈", "<script>", "#{7*7}", "a; Path=/x"})
    void takesWhatPeopleAreCalled(String name) {
        assertThat(DisplayName.problem(name)).isEmpty();
    }

    @Test
    void takesSixtyFourCharactersWithoutTheSpaceAround() {
        assertThat(DisplayName.problem(" " + "x".repeat(64) + " ")).isEmpty();
        assertThat(DisplayName.problem("x".repeat(65))).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  ", "\t", "a\r\nSet-Cookie: b=c", "a\u0000", "a\u001b[31m", "a\u0085b", "a\u2028b"})
    void refusesWhatIsNoName(String name) {
        assertThat(DisplayName.problem(name)).isPresent();
    }

    /** Without a path in it, a browser sends it to all below the page's own directory, also behind a proxy's prefix. */
    @Test
    void isKeptInACookieThatScriptsCannotRead() {
        assertThat(DisplayName.cookie(" Zoë; 100% + 1 ", "", false))
                .isEqualTo("herald-name=Zo%C3%AB%3B%20100%25%20%2B%201; Max-Age=31536000; HttpOnly; SameSite=Lax");
        assertThat(DisplayName.cookie("Zoë", "", true)).endsWith("; Secure");
    }

    @Test
    void isThatOfOneApplication() {
        assertThat(DisplayName.cookie("Ann", "/shop", false)).startsWith("herald-name-shop=Ann;");
        assertThat(DisplayName.cookie("Ann", "/eu/名", false)).startsWith("herald-name-eu%2F%E5%90%8D=Ann;");
    }
}
