package dev.herald.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class HeartbeatTest {

    private static final Duration INTERVAL = Duration.ofSeconds(25);
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    /** Near the end of the numbers: nanoTime may start anywhere. */
    private static final long START = Long.MAX_VALUE - Duration.ofSeconds(30).toNanos();

    private final Heartbeat heartbeat = new Heartbeat(INTERVAL, TIMEOUT, START);

    @Test
    void pingsOnceWhenTheIntervalIsOver() {
        assertThat(heartbeat.isPingDue(at("PT24.999S"))).isFalse();
        assertThat(heartbeat.isPingDue(at("PT25S"))).isTrue();
        assertThat(heartbeat.isPingDue(at("PT26S"))).isFalse();
        assertThat(heartbeat.isPingDue(at("PT44S"))).isFalse();
    }

    @Test
    void givesAClientUpThatDoesNotAnswer() {
        heartbeat.isPingDue(at("PT25S"));

        assertThat(heartbeat.isDead(at("PT44.999S"))).isFalse();
        assertThat(heartbeat.isDead(at("PT45S"))).isTrue();
    }

    @Test
    void givesAClientUpInTimeEvenWhenNobodyAskedForAPing() {
        assertThat(heartbeat.isDead(at("PT44.999S"))).isFalse();
        assertThat(heartbeat.isDead(at("PT45S"))).isTrue();
    }

    @Test
    void givesAClientUpInTimeAlsoWhenTheClockTickedATickLate() {
        heartbeat.isPingDue(at("PT25.25S"));

        assertThat(heartbeat.isDead(at("PT45S"))).isTrue();
    }

    @Test
    void startsOverWithAPong() {
        heartbeat.isPingDue(at("PT25S"));

        heartbeat.heard(true, at("PT30S"));

        assertThat(heartbeat.isDead(at("PT74.999S"))).isFalse();
        assertThat(heartbeat.isPingDue(at("PT54.999S"))).isFalse();
        assertThat(heartbeat.isPingDue(at("PT55S"))).isTrue();
        assertThat(heartbeat.isDead(at("PT75S"))).isTrue();
    }

    @Test
    void isNotMovedByPongsThatNobodyAskedFor() {
        for (var second = 1; second < 25; second++) {
            heartbeat.heard(true, at("PT" + second + "S"));
        }

        assertThat(heartbeat.isPingDue(at("PT25S"))).isTrue();
        assertThat(heartbeat.isDead(at("PT45S"))).isTrue();
    }

    @Test
    void givesTimeOnceMoreToAClientThatSaysSomethingElse() {
        heartbeat.isPingDue(at("PT25S"));

        heartbeat.heard(false, at("PT40S"));
        heartbeat.heard(false, at("PT55S"));

        assertThat(heartbeat.isDead(at("PT59.999S"))).isFalse();
        assertThat(heartbeat.isDead(at("PT60S"))).isTrue();
    }

    @Test
    void isNotMovedByWhatIsSaidBeforeThePing() {
        heartbeat.heard(false, at("PT24S"));

        assertThat(heartbeat.isPingDue(at("PT25S"))).isTrue();
        assertThat(heartbeat.isDead(at("PT45S"))).isTrue();
    }

    private static long at(String time) {
        return START + Duration.parse(time).toNanos();
    }
}
