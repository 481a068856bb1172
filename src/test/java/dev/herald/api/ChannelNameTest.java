package dev.herald.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChannelNameTest {

    @ParameterizedTest
    @ValueSource(strings = {"a", "news", "Room-7", "doc:7:cursor", "a.b_c", "0"})
    void takesLettersDigitsAndFourSigns(String name) {
        assertThat(new ChannelName(name)).hasToString(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "a/b", "a\n", "\u00e9", "a*", "\u0660", "{}"})
    void refusesAllOtherCharacters(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> new ChannelName(name));
    }

    @Test
    void isAtMost128Characters() {
        assertThat(new ChannelName("x".repeat(128)).value()).hasSize(128);
        assertThatIllegalArgumentException().isThrownBy(() -> new ChannelName("x".repeat(129)));
    }

    @Test
    void caseMatters() {
        assertThat(new ChannelName("News")).isNotEqualTo(ChannelName.NEWS);
    }

    @Test
    void ofUserWritesWhatANameCannotHoldAsItsBytes() {
        assertThat(ChannelName.ofUser("guest-Az09_x")).hasToString("user:guest-Az09_x");
        assertThat(ChannelName.ofUser("ann@example.org")).hasToString("user:ann.40example.2eorg");
        assertThat(ChannelName.ofUser("\u00e9:")).hasToString("user:.c3.a9.3a");
    }

    @Test
    void ofUserRefusesAnEmptyId() {
        assertThatIllegalArgumentException().isThrownBy(() -> ChannelName.ofUser(""));
    }

    @Test
    void ofUserShortensALongIdToItsDigestWhichNoOtherIdIsWrittenAs() {
        assertThat(ChannelName.ofUser("x".repeat(123)).value()).hasSize(128).doesNotContain("..");
        assertThat(ChannelName.ofUser("x".repeat(124)).value()).matches("user:\\.\\.[A-Za-z0-9_-]{43}");
        assertThat(ChannelName.ofUser(".".repeat(42))).isNotEqualTo(ChannelName.ofUser(".".repeat(43)));
    }

    @Test
    void onlyAPersonsChannelIsPrivate() {
        assertThat(ChannelName.ofUser("ann").isPrivate()).isTrue();
        assertThat(new ChannelName("user:ann").isPrivate()).isTrue();
        assertThat(ChannelName.NEWS.isPrivate()).isFalse();
        assertThat(new ChannelName("users").isPrivate()).isFalse();
        assertThat(new ChannelName("a:user:ann").isPrivate()).isFalse();
    }

    @Test
    void differentPeopleHaveDifferentChannels() {
        var alphabet = List.of(
                        "a", "A", "_", "-", ".", ":", "2", "e", "4", "0", "%", "@", " ", "?", "/", "\u0000", "\u007f")
                .toArray(String[]::new);
        var random = new Random(1);
        var owners = new HashMap<ChannelName, String>();
        for (var n = 0; n < 30_000; n++) {
            var id = new StringBuilder();
            for (var length = 1 + random.nextInt(6); length > 0; length--) {
                if (random.nextInt(3) == 0) {
                    id.appendCodePoint(anyCharacter(random));
                } else {
                    id.append(alphabet[random.nextInt(alphabet.length)]);
                }
            }
            assertOwner(owners, id.toString());
        }
    }

    @Test
    void differentPeopleHaveDifferentChannelsEvenIfTheirIdsAreNotWellFormedUnicode() {
        var owners = new HashMap<ChannelName, String>();
        for (var id : List.of("?", "\ud800", "\udc00", "\ud801", "\ufffd", "\ud800?", "?\udc00", "??")) {
            try {
                assertOwner(owners, id);
            } catch (IllegalArgumentException refused) {
                assertThat(refused).hasMessageContaining("id");
            }
        }
    }

    private static void assertOwner(Map<ChannelName, String> owners, String id) {
        var owner = owners.putIfAbsent(ChannelName.ofUser(id), id);
        assertThat(owner == null || owner.equals(id))
                .as("%s is the channel of both %s and %s", ChannelName.ofUser(id), owner, id)
                .isTrue();
    }

    /** Any code point that is no half of a surrogate pair. */
    private static int anyCharacter(Random random) {
        var c = random.nextInt(random.nextBoolean() ? 0x800 : Character.MAX_CODE_POINT + 1);
        return c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? '?' : c;
    }
}
