package dev.herald.operate;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One figure for operators, with a value for each of its labels' values: a metric family of OpenMetrics.
 *
 * @param name of the family, as in OpenMetrics
 * @param help a sentence
 */
record Figure(String name, Type type, String help, List<Sample> samples) {

    /** How values change: what is now, what only grows, or times with their quantiles. */
    enum Type {
        GAUGE,
        COUNTER,
        SUMMARY
    }

    /**
     * One value.
     *
     * @param suffix of the family's name, such as {@code _total}; may be empty
     */
    record Sample(String suffix, Map<String, String> labels, double value) {}

    static Figure gauge(String name, String help, long value) {
        return new Figure(name, Type.GAUGE, help, List.of(new Sample("", Map.of(), (double) value)));
    }

    static Figure gauges(String name, String help, String label, Map<String, ? extends Number> values) {
        return new Figure(name, Type.GAUGE, help, samples("", label, values));
    }

    static Figure counter(String name, String help, long value) {
        return new Figure(name, Type.COUNTER, help, List.of(new Sample("_total", Map.of(), (double) value)));
    }

    static Figure counters(String name, String help, String label, Map<String, ? extends Number> values) {
        return new Figure(name, Type.COUNTER, help, samples("_total", label, values));
    }

    /** Times in seconds, with the quantiles 0.5 and 0.99. */
    static Figure seconds(String name, String help, double p50, double p99, long count, double sum) {
        return new Figure(
                name,
                Type.SUMMARY,
                help,
                List.of(
                        new Sample("", Map.of("quantile", "0.5"), p50),
                        new Sample("", Map.of("quantile", "0.99"), p99),
                        new Sample("_count", Map.of(), count),
                        new Sample("_sum", Map.of(), sum)));
    }

    private static List<Sample> samples(String suffix, String label, Map<String, ? extends Number> values) {
        return new LinkedHashMap<>(values)
                .entrySet().stream()
                        .map(entry -> new Sample(
                                suffix,
                                Map.of(label, entry.getKey()),
                                entry.getValue().doubleValue()))
                        .toList();
    }
}
