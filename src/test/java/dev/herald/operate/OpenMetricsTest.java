package dev.herald.operate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The text format of OpenMetrics 1.0. */
class OpenMetricsTest {

    @Test
    void eachFamilyHasItsTypeUnitAndHelpBeforeItsSamples() {
        var text = OpenMetrics.write(List.of(
                Figure.gauge("herald_people", "People.", 3),
                Figure.counters("herald_refusals", "Refusals.", "code", new TreeMap<>(Map.of("a", 1L, "b", 2L))),
                Figure.seconds("herald_ack_latency_seconds", "Times.", 0.0015, 0.25, 7, 1.5)));

        assertThat(text).isEqualTo("""
                # TYPE herald_people gauge
                # HELP herald_people People.
                herald_people 3
                # TYPE herald_refusals counter
                # HELP herald_refusals Refusals.
                herald_refusals_total{code="a"} 1
                herald_refusals_total{code="b"} 2
                # TYPE herald_ack_latency_seconds summary
                # UNIT herald_ack_latency_seconds seconds
                # HELP herald_ack_latency_seconds Times.
                herald_ack_latency_seconds{quantile="0.5"} 0.0015
                herald_ack_latency_seconds{quantile="0.99"} 0.25
                herald_ack_latency_seconds_count 7
                herald_ack_latency_seconds_sum 1.5
                # EOF
                """);
    }

    @Test
    void whatCouldEndALabelIsEscaped() {
        var text = OpenMetrics.write(List.of(Figure.gauges("x", "A \\ B", "code", Map.of("a\"b\\c\nd", 1))));

        assertThat(text).contains("# HELP x A \\\\ B\n", "x{code=\"a\\\"b\\\\c\\nd\"} 1\n");
    }
}
