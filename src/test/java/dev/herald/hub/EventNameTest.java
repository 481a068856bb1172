package dev.herald.hub;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventNameTest {

    @ParameterizedTest
    @ValueSource(strings = {"a", "order placed", "é", "😀"})
    void mayHaveAnyUnicode(String name) {
        assertThat(EventName.isValid(name)).isTrue();
    }

    /** No log could keep the message: better to say so at once than to let it be tried again and again. */
    @ParameterizedTest
    @ValueSource(strings = {"\u0000", "a\u0000b", "\ud83d", "\ude00", "\ud83da", "\ude00\ud83d"})
    void isNothingThatALogCannotHold(String name) {
        assertThat(EventName.isValid(name)).isFalse();
    }

    @Test
    void hasItsBounds() {
        assertThat(EventName.isValid("")).isFalse();
        assertThat(EventName.isValid("e".repeat(EventName.MAX_LENGTH))).isTrue();
        assertThat(EventName.isValid("e".repeat(EventName.MAX_LENGTH + 1))).isFalse();
    }
}
