package dev.herald.hub;

import static dev.herald.api.ChannelKind.DURABLE;
import static dev.herald.api.ChannelKind.MEMORY;
import static dev.herald.api.ChannelKind.VOLATILE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.ChannelKind;
import dev.herald.api.ChannelName;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChannelKindsTest {

    @Test
    void aChannelIsDurableUnlessAPatternSaysOtherwise() {
        var kinds = new ChannelKinds(List.of("typing:*"), List.of("game"));

        assertThat(kinds.of(ChannelName.NEWS)).isEqualTo(DURABLE);
        assertThat(kinds.of(ChannelName.ofUser("ann"))).isEqualTo(DURABLE);
        assertThat(new ChannelKinds(List.of(), List.of()).of(ChannelName.NEWS)).isEqualTo(DURABLE);
    }

    @Test
    void aStarStandsForAnyCharacters() {
        assertThat(volatiles("typing:*", "typing:")).isEqualTo(VOLATILE);
        assertThat(volatiles("typing:*", "typing:room:7")).isEqualTo(VOLATILE);
        assertThat(volatiles("typing:*", "a:typing:7")).isEqualTo(DURABLE);
        assertThat(volatiles("*:cursor", "map:7:cursor")).isEqualTo(VOLATILE);
        assertThat(volatiles("*:cursor", "map:7:cursors")).isEqualTo(DURABLE);
        assertThat(volatiles("a*c*e", "abcde")).isEqualTo(VOLATILE);
        assertThat(volatiles("a*c*e", "ace")).isEqualTo(VOLATILE);
        assertThat(volatiles("a*c*e", "aec")).isEqualTo(DURABLE);
        assertThat(volatiles("*", "anything")).isEqualTo(VOLATILE);
    }

    @Test
    void documentsAreDurableWhateverIsChosen() {
        var kinds = new ChannelKinds(List.of("doc:*", "*"), List.of("doc:*"));

        assertThat(kinds.of(ChannelName.ofDocument("cart-7"))).isEqualTo(DURABLE);
        assertThat(kinds.of(new ChannelName("doc:"))).isEqualTo(VOLATILE);
    }

    @Test
    void allOtherCharactersStandForThemselves() {
        assertThat(volatiles("a.c", "a.c")).isEqualTo(VOLATILE);
        assertThat(volatiles("a.c", "abc")).isEqualTo(DURABLE);
        assertThat(volatiles("game", "Game")).isEqualTo(DURABLE);
        assertThat(volatiles("game", "games")).isEqualTo(DURABLE);
    }

    @Test
    void volatileWinsOverMemory() {
        var kinds = new ChannelKinds(List.of("game:typing"), List.of("game:*"));

        assertThat(kinds.of(new ChannelName("game:typing"))).isEqualTo(VOLATILE);
        assertThat(kinds.of(new ChannelName("game:moves"))).isEqualTo(MEMORY);
    }

    @Test
    void spaceAroundAPatternDoesNotCountAndAnEmptyOneFitsNothing() {
        assertThat(volatiles(" typing ", "typing")).isEqualTo(VOLATILE);
        assertThat(volatiles("", "typing")).isEqualTo(DURABLE);
    }

    private static ChannelKind volatiles(String pattern, String channel) {
        return new ChannelKinds(List.of(pattern), List.of()).of(new ChannelName(channel));
    }
}
