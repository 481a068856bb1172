package dev.herald.operate;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes figures in the text format of OpenMetrics 1.0 (the specification, "Text Format"). */
final class OpenMetrics {

    static final String CONTENT_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    private OpenMetrics() {}

    static String write(List<Figure> figures) {
        var text = new StringBuilder();
        for (var figure : figures) {
            text.append("# TYPE ").append(figure.name()).append(' ');
            text.append(figure.type().name().toLowerCase(Locale.ROOT)).append('\n');
            if (figure.name().endsWith("_seconds")) {
                text.append("# UNIT ").append(figure.name()).append(" seconds\n");
            } else if (figure.name().endsWith("_bytes")) {
                text.append("# UNIT ").append(figure.name()).append(" bytes\n");
            }
            text.append("# HELP ").append(figure.name()).append(' ');
            text.append(escaped(figure.help())).append('\n');
            for (var sample : figure.samples()) {
                text.append(name(figure, sample)).append(' ');
                text.append(number(sample.value())).append('\n');
            }
        }
        return text.append("# EOF\n").toString();
    }

    /** A sample's whole name: its family's, the suffix and the labels. */
    static String name(Figure figure, Figure.Sample sample) {
        var labels = sample.labels().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(label -> label.getKey() + "=\"" + escaped(label.getValue()) + "\"")
                .collect(Collectors.joining(",", "{", "}"));
        return figure.name() + sample.suffix() + (labels.equals("{}") ? "" : labels);
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\"", "\\\"");
    }

    /** Without a fraction where there is none. */
    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}
