package dev.herald.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LagsTest {

    private static final Instant NOW = Instant.parse("2026-02-03T04:05:06Z");

    private final Lags lags = new Lags(Clock.fixed(NOW, ZoneOffset.UTC));

    private void hear(int first, int last) {
        IntStream.rangeClosed(first, last).forEach(lag -> lags.heard(NOW.minusMillis(lag)));
    }

    @Test
    void saysHowLateMessagesWere() {
        assertThat(lags.now()).isEqualTo(Lag.NONE);
        hear(7, 7);
        assertThat(lags.now()).isEqualTo(new Lag(7, 7, 7));
        hear(1, 6);
        hear(8, 100);
        assertThat(lags.now()).isEqualTo(new Lag(50, 99, 100));
    }

    @Test
    void forgetsOldOnesAndTakesAClockThatIsAheadForNoDelay() {
        hear(5_000, 5_000);
        hear(-Lags.REMEMBERED, -1);
        assertThat(lags.now()).isEqualTo(new Lag(0, 0, 0));
    }
}
