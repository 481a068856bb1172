package dev.herald.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class InboundTest {

    private final Inbound inbound = new Inbound(10, 1_000);
    private final List<String> handled = new ArrayList<>();

    @Test
    void handlesWhatIsHeldInOrderWhenThePostIsOver() {
        inbound.beginPost();
        inbound.take(1, () -> handled.add("first"));
        inbound.take(1, () -> handled.add("second"));
        assertThat(handled).isEmpty();

        inbound.endPost();

        assertThat(handled).containsExactly("first", "second");
    }

    @Test
    void handlesTheMessagesAfterOneThatFails() {
        inbound.beginPost();
        inbound.take(1, () -> {
            throw new IllegalStateException("planted");
        });
        inbound.take(1, () -> handled.add("second"));
        inbound.take(1, () -> {
            throw new StackOverflowError("planted too");
        });
        inbound.take(1, () -> handled.add("fourth"));

        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(inbound::endPost)
                .satisfies(e -> assertThat(e.getSuppressed()).hasOnlyElementsOfType(StackOverflowError.class));

        assertThat(handled).containsExactly("second", "fourth");
        assertThat(inbound.beginPost()).isTrue();
    }
}
