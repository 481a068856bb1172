package dev.herald.measure;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LatencyTest {

    private final Latency latency = new Latency();

    @Test
    void nothingWasNotedYet() {
        assertThat(latency.now()).isEqualTo(new Latency.Summary(0, 0, 0, 0));
    }

    @Test
    void theQuantilesAreOfAllThatWasNoted() {
        for (var n = 100; n >= 1; n--) {
            latency.note(n);
        }

        assertThat(latency.now()).isEqualTo(new Latency.Summary(100, 5_050, 50, 99));
    }

    @Test
    void theQuantilesForgetWhatIsLongAgoAndTheSumDoesNot() {
        latency.note(1_000_000);
        for (var n = 0; n < Latency.REMEMBERED; n++) {
            latency.note(2);
        }

        assertThat(latency.now()).isEqualTo(new Latency.Summary(1_001, 1_002_000, 2, 2));
    }

    @Test
    void countsAreByTheirWord() {
        var tally = new Tally();
        tally.count("b");
        tally.count("a");
        tally.count("b");

        assertThat(tally.now()).hasToString("{a=1, b=2}");
    }
}
