package dev.herald.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.herald.api.Person;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VisitorsTest {

    private static final String SECRET = "abcdefghijklmnopqrstuvwxyz0";

    @Nested
    class AGuest {

        @Test
        void isTheSamePersonAsLongAsTheSecretIsTheSame() {
            assertThat(Visitors.guest(SECRET, null)).isEqualTo(Visitors.guest(SECRET, null));
            assertThat(Visitors.guest(SECRET, "Ann").id())
                    .isEqualTo(Visitors.guest(SECRET, "Bob").id());
        }

        /** Written down once, so that a new version of Herald does not make everybody somebody else. */
        @Test
        void staysTheSamePersonWithTheNextVersion() {
            assertThat(Visitors.guest(SECRET, null).id()).isEqualTo("guest-dYh9_LTBPjCbp8LT");
        }

        @Test
        void isSomebodyElseForEachSecret() {
            var ids = Stream.generate(Visitors::newSecret)
                    .limit(1_000)
                    .map(secret -> Visitors.guest(secret, null).id())
                    .collect(Collectors.toSet());

            assertThat(ids).hasSize(1_000).allMatch(id -> id.matches("guest-[A-Za-z0-9_-]{16}"));
        }

        @Test
        void doesNotGiveTheSecretAway() {
            var guest = Visitors.guest(SECRET, null);

            for (var at = 0; at + 4 <= SECRET.length(); at++) {
                assertThat(guest.toString()).doesNotContain(SECRET.substring(at, at + 4));
            }
        }

        @Test
        void isShownUnderTheNameThatWasChosen() {
            assertThat(Visitors.guest(SECRET, " Ann é 😀 ").name()).isEqualTo("Ann é 😀");
            assertThat(Visitors.guest(SECRET, "n".repeat(64)).name()).isEqualTo("n".repeat(64));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {"", "   ", "\t", "a\nb", "a\r\n2026 ERROR forged", "\u001b[31mred", "a\u0000", "\u0085"})
        void isShownUnderANameOfItsOwnWhenItChoseNoneThatCanBe(String name) {
            assertThat(Visitors.guest(SECRET, name)).isEqualTo(Visitors.guest(SECRET, null));
            assertThat(Visitors.guest(SECRET, null).name()).matches("Guest [A-Za-z0-9_-]{4}");
        }

        @Test
        void isShownUnderANameOfItsOwnWhenItChoseOneThatIsTooLong() {
            assertThat(Visitors.guest(SECRET, "n".repeat(65))).isEqualTo(Visitors.guest(SECRET, null));
        }
    }

    @Nested
    class ASecret {

        @Test
        void isNewEachTimeAndRecognised() {
            var secrets = Stream.generate(Visitors::newSecret).limit(1_000).toList();

            assertThat(secrets).doesNotHaveDuplicates().allMatch(Visitors::isSecret);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "",
                    "short",
                    "abcdefghijklmnopqrstu",
                    "abcdefghijklmnopqrstuvwxyz=",
                    "abcdefghijklmnopqrstuvwxyz\n",
                    "äbcdefghijklmnopqrstuvwxyz"
                })
        void isNothingElse(String text) {
            assertThat(Visitors.isSecret(text)).isFalse();
            assertThat(Visitors.isSecret("a".repeat(65))).isFalse();
        }
    }

    @Nested
    class AUser {

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "ann",
                    "Ann Lee",
                    "ann@example.org",
                    "CN=Ann,O=x",
                    "é",
                    "guest",
                    "guest-1",
                    "guest-list-of-everyone-we-know"
                })
        void isThePrincipal(String principal) {
            var user = Visitors.user(principal);

            assertThat(user.id()).isEqualTo(principal);
            assertThat(user.name()).isEqualTo(principal);
        }

        @Test
        void cannotHaveTheIdOfAGuest() {
            for (var n = 0; n < 100; n++) {
                var guest = Visitors.guest(Visitors.newSecret(), null);

                assertThatIllegalArgumentException().isThrownBy(() -> Visitors.user(guest.id()));
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"", " "})
        void cannotHaveANameThatIsNone(String principal) {
            assertThatIllegalArgumentException().isThrownBy(() -> Visitors.user(principal));
        }

        @Test
        void hasAnIdOfAtMost128Characters() {
            var longest = "é".repeat(Person.MAX_ID);

            assertThat(Visitors.user(longest).id()).isEqualTo(longest);
            assertThat(Visitors.user(longest).name()).isEqualTo("é".repeat(64));
            assertThatIllegalArgumentException().isThrownBy(() -> Visitors.user(longest + "a"));
        }

        /** Half a pair is no text: some servers refuse to send it, to everybody who is to see the name. */
        @Test
        void isShownUnderAShortenedNameThatIsStillText() {
            var name = Visitors.user("a".repeat(63) + "😀").name();

            assertThat(name.codePoints()).noneMatch(c -> c >= 0xD800 && c <= 0xDFFF);
        }
    }
}
