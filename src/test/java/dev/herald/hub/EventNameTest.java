package dev.herald.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.herald.api.ChannelName;
import dev.herald.api.Namespace;
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

    @ParameterizedTest
    @ValueSource(strings = {"ack", "connected", "error", "joined", "left", "pong", "sent"})
    void ofTheFeedIsReservedOnlyWhereItsClientsAre(String name) {
        assertThat(EventName.isReserved(name)).isTrue();
        assertThat(EventName.isReservedBySocketIo(name)).isFalse();
        assertThat(EventName.canCome("/", name)).isTrue();
        EventName.requireFree(ChannelName.ofNamespace("/shop"), name);
        EventName.requireFree(ChannelName.ofRoom("/shop", "room"), name);
        for (var channel : new ChannelName[] {ChannelName.NEWS, new ChannelName("room"), ChannelName.ofUser("ann")}) {
            assertThatIllegalArgumentException().isThrownBy(() -> EventName.requireFree(channel, name));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener", ""})
    void ofSocketIosLibrariesIsReservedEverywhere(String name) {
        assertThat(EventName.canCome("/", name)).isFalse();
        assertThat(EventName.canCome("/shop", name)).isFalse();
        assertThat(EventName.canCome(Namespace.ALL, name)).isFalse();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EventName.requireFree(ChannelName.ofNamespace("/shop"), name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"join", "leave", "history", "seen"})
    void ofARequestComesToNoObserverInTheMainNamespace(String name) {
        assertThat(EventName.canCome("/", name)).isFalse();
        assertThat(EventName.canCome("/shop", name)).isTrue();
        assertThat(EventName.canCome(Namespace.ALL, name)).isTrue();
    }

    @Test
    void isNeverFreeInTheChannelOfADocument() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EventName.requireFree(ChannelName.ofDocument("cart-7"), "created"))
                .withMessage("nothing is published to doc:cart-7, which is the channel of a shared document: change the"
                        + " document (dev.herald.api.Documents)");
        EventName.requireFree(new ChannelName("doc"), "created");
        EventName.requireFree(ChannelName.ofNamespace("/doc:cart-7"), "created");
    }
}
