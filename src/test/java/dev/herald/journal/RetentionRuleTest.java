package dev.herald.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.herald.api.ChannelName;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetentionRuleTest {

    @Test
    void isAnAgeACountBothOrNeither() {
        assertThat(RetentionRule.of("news=30d").age()).contains(Duration.ofDays(30));
        assertThat(RetentionRule.of("news=30d").count()).isEmpty();
        assertThat(RetentionRule.of("news=5h").age()).contains(Duration.ofHours(5));
        assertThat(RetentionRule.of("news=5m").age()).contains(Duration.ofMinutes(5));
        assertThat(RetentionRule.of("news=5s").age()).contains(Duration.ofSeconds(5));
        assertThat(RetentionRule.of("chat.*=1000").count()).hasValue(1_000);
        assertThat(RetentionRule.of("chat.*=1000").age()).isEmpty();
        assertThat(RetentionRule.of("orders:*=90d/100000").age()).contains(Duration.ofDays(90));
        assertThat(RetentionRule.of("orders:*=90d/100000").count()).hasValue(100_000);
        assertThat(RetentionRule.of("audit=all").isTrimming()).isFalse();
        assertThat(RetentionRule.of("news=999999999d").age()).contains(Duration.ofDays(999_999_999));
    }

    @Test
    void isForTheChannelsOfItsPattern() {
        var rule = RetentionRule.of(" orders:*=90d ");

        assertThat(rule.channels().fits(new ChannelName("orders:7"))).isTrue();
        assertThat(rule.channels().fits(new ChannelName("orders"))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "news",
                "news=",
                "=30d",
                "news=0",
                "news=0d",
                "news=-1",
                "news=30x",
                "news=30D",
                "news=1.5d",
                "news=30d/",
                "news=30d/5d",
                "news=100/30d",
                "news=30 d",
                "a=b=30d",
                "ne ws=30d",
                "news=9999999999d",
                "news=none"
            })
    void isNotAnythingElse(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RetentionRule.of(text))
                .withMessageContaining("\"" + text + "\"");
    }
}
