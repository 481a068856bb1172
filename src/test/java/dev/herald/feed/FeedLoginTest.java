package dev.herald.feed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.Identity;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Clients of the feed that are known by a token, and how they end with it. */
class FeedLoginTest extends FeedOverHub {

    @BeforeEach
    void signEverybodyInForAMinute() {
        examination = (attempt, then) -> {
            attempt.identify(
                    Identity.of(attempt.person().id()).until(clock.instant().plusSeconds(60)));
            then.run();
        };
    }

    private void pass(Duration time) {
        clock.pass(time);
        logins.tick();
    }

    @Test
    void endWhenItExpires() {
        var ann = started(ANN);

        pass(Duration.ofSeconds(59));
        assertThat(ann.news()).isEmpty();
        pass(Duration.ofSeconds(1));

        assertThat(ann.news())
                .containsExactly(
                        "{\"event\":\"error\",\"code\":\"unauthorized\",\"message\":\"you are not signed in any"
                                + " more\"}");
        assertThat(ann.closeCode()).isEqualTo(4401);
        assertThat(hub.presence().connections("/")).isEmpty();
    }

    @Test
    void goOnByANewOne() {
        var ann = started(ANN);
        tokens.give("next", Identity.of("ann").until(clock.instant().plusSeconds(600)));

        ann.say("{'event':'authenticate','token':'next','id':'7'}");
        pass(Duration.ofMinutes(2));

        assertThat(ann.news())
                .containsExactly("{\"event\":\"ack\",\"id\":\"7\",\"until\":\"2026-02-03T04:15:06.789Z\"}");
        assertThat(hub.presence().connections("/")).hasSize(1);
    }

    @Test
    void areToldWhenANewOneIsNotGood() {
        var ann = started(ANN);

        ann.say("{'event':'authenticate','token':'bad','id':'7'}");
        ann.say("{'event':'authenticate','token':['bad']}");

        assertThat(ann.news()).hasSize(2);
        assertThat(ann.news().get(0)).contains("\"id\":\"7\",\"code\":\"unauthorized\"");
        assertThat(ann.news().get(1)).contains("malformed");
    }
}
