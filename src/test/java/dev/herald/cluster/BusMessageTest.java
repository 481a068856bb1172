package dev.herald.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.herald.api.ChannelName;
import dev.herald.api.Envelope;
import dev.herald.api.Person;
import dev.herald.api.Position;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BusMessageTest {

    private static final ChannelName ROOM = new ChannelName("room");
    private static final Instant AT = Instant.parse("2026-02-03T04:05:06.789Z");

    private static void assertSurvives(Envelope message) {
        assertThat(BusMessage.read(BusMessage.of(message))).isEqualTo(new BusMessage.Published(message));
    }

    @Test
    void aMessageIsReadAsItWas() {
        assertSurvives(new Envelope(
                ROOM,
                new Position("epoch", Long.MAX_VALUE),
                "news \" \\ 😀",
                new Person("ann", "Jürgen 名前 سلمى"),
                "bob",
                AT,
                "{\"a\":1}",
                Set.of("one", "two,three")));
    }

    @Test
    void aMessageThatIsInNoLogAndFromTheApplicationIsReadAsItWas() {
        assertSurvives(new Envelope(ROOM, null, "typing", null, null, AT, "null"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.0", "1e2", "{\n \"a\" :\n 1}", "\"\\u00fc\"", "[1.00000000000000000001]"})
    void theDataKeepsItsCharacters(String json) {
        assertSurvives(new Envelope(ROOM, null, "e", null, null, AT, json));
    }

    @Test
    void aPositionIsReadAsItWas() {
        var position = new Position("epoch", 7);
        assertThat(BusMessage.read(BusMessage.look(ROOM, position))).isEqualTo(new BusMessage.Look(ROOM, position));
    }

    @Test
    void aCommandIsReadAsItWas() {
        var arguments = List.of("ann", "名前 \n 😀");
        assertThat(BusMessage.read(BusMessage.command(new BusMessage.Command("x-1", "revoke", arguments))))
                .isEqualTo(new BusMessage.Command("x-1", "revoke", arguments));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "\n", "{}", "[]", "{\"channel\":\"room\"}", "{\"channel\":\"room\"}\n1", "{\"channel\":7}\n1"
            })
    void whatIsNoneOfTheseIsRefused(String text) {
        assertThatThrownBy(() -> BusMessage.read(text)).isInstanceOf(RuntimeException.class);
    }
}
