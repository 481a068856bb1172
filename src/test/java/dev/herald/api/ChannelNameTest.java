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
    void ofNamespaceIsTheNewsForTheMainOne() {
        assertThat(ChannelName.ofNamespace("/")).isEqualTo(ChannelName.NEWS);
        assertThat(ChannelName.ofNamespace("/shop")).hasToString("ns:.2fshop");
    }

    @Test
    void ofRoomIsTheChannelOfThatNameInTheMainNamespaceIfItIsOpen() {
        assertThat(ChannelName.ofRoom("/", "room")).hasToString("room");
        assertThat(ChannelName.ofRoom("/shop", "room")).hasToString("ns:.2fshop.2croom");
        for (var closed : List.of("user:ann", "ns:.2fshop", "a b", "")) {
            assertThatIllegalArgumentException().isThrownBy(() -> ChannelName.ofRoom("/", closed));
        }
    }

    @Test
    void onlyWhatIsNeitherPrivateNorAnotherNamespacesIsOpen() {
        assertThat(ChannelName.NEWS.isOpen()).isTrue();
        assertThat(new ChannelName("nsx").isOpen()).isTrue();
        assertThat(ChannelName.ofUser("ann").isOpen()).isFalse();
        assertThat(ChannelName.ofNamespace("/shop").isOpen()).isFalse();
        assertThat(ChannelName.ofRoom("/shop", "vip").isOpen()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"vip", "", "a.2c", ",", "Jürgen, سلمى, 名前, 😀", "%00\u0000"})
    void roomInIsTheNameThatTheRoomWasGiven(String room) {
        var channel = ChannelName.ofRoom("/shop", room);

        assertThat(channel.roomIn("/shop")).contains(room);
        assertThat(channel.roomIn("/sho")).isEmpty();
        assertThat(channel.roomIn("/")).isEmpty();
    }

    @Test
    void roomInKnowsNoNameThatWasTooLongAndNoChannelThatIsNoRoom() {
        assertThat(ChannelName.ofRoom("/shop", "x".repeat(115)).roomIn("/shop")).contains("x".repeat(115));
        assertThat(ChannelName.ofRoom("/shop", "x".repeat(116)).roomIn("/shop")).isEmpty();
        assertThat(ChannelName.ofNamespace("/shop").roomIn("/shop")).isEmpty();
        assertThat(ChannelName.ofConnection("/shop", "id").roomIn("/shop")).isEmpty();
        assertThat(new ChannelName("ns:.2fshop.2c.").roomIn("/shop")).isEmpty();
        assertThat(new ChannelName("vip").roomIn("/")).contains("vip");
        for (var own : List.of(ChannelName.NEWS, ChannelName.ofUser("ann"), ChannelName.ofConnection("/", "id"))) {
            assertThat(own.roomIn("/")).isEmpty();
        }
    }

    @Test
    void differentRoomsOfDifferentNamespacesHaveDifferentChannels() {
        var random = new Random(2);
        var parts = List.of("/", "a", ".", ",", "2", "c", "2c", ".2c", "%", "\u00e9", "x".repeat(60))
                .toArray(String[]::new);
        var owners = new HashMap<ChannelName, String>();
        for (var n = 0; n < 20_000; n++) {
            var namespace = "/a" + word(random, parts).replace(",", "");
            var room = random.nextInt(4) == 0 ? null : word(random, parts);
            var owner = namespace + (room == null ? "" : " , " + room);

            var channel = room == null ? ChannelName.ofNamespace(namespace) : ChannelName.ofRoom(namespace, room);

            assertThat(owners.getOrDefault(channel, owner)).as(channel.value()).isEqualTo(owner);
            assertThat(channel.isOpen()).isFalse();
            owners.put(channel, owner);
        }
    }

    private static String word(Random random, String[] parts) {
        var word = new StringBuilder();
        for (var length = random.nextInt(5); length > 0; length--) {
            word.append(parts[random.nextInt(parts.length)]);
        }
        return word.toString();
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
