package dev.herald.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What all {@link ClientStates} promise. The test of each implementation inherits these. */
public abstract class ClientStatesContract {

    protected ClientStates states;

    /** New ones, without any state. */
    protected abstract ClientStates createStates() throws Exception;

    @BeforeEach
    void createNewStates() throws Exception {
        states = createStates();
    }

    protected static void await(CompletionStage<Void> stage) {
        try {
            stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void saysOfEachStateThatItIsKept() {
        var stages = IntStream.range(0, 1_000)
                .mapToObj(n -> states.put("secret-" + n % 10, "state-" + n))
                .toList();

        stages.forEach(ClientStatesContract::await);
    }

    @Test
    void hasNothingToTakeThatWasNeverPut() {
        assertThat(states.take("secret")).isEmpty();
    }

    @Test
    void hasNothingToTakeThatThisLifeHasPut() {
        await(states.put("secret", "state"));

        assertThat(states.take("secret")).isEmpty();
    }

    @Test
    void forgetsWhatItNeverKnew() {
        states.remove("secret");

        assertThat(states.take("secret")).isEmpty();
    }
}
