package dev.herald.it;

import static java.util.stream.Collectors.toMap;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** The tables of docs/from-socketio.md, and what stands for their rows in the tests. */
public final class FromSocketIoPage {

    private static final Path PAGE = Path.of("docs/from-socketio.md");
    private static final Path APPLICATION = Path.of("src/test/java/dev/herald/it/node");
    private static final Path SCRIPT = Path.of("src/test/browser/socketio/from-socketio.mjs");

    private static final Pattern TABLE = Pattern.compile("(?m)^\\| (.*) \\| (.*) \\|\n\\|---\\|---\\|\n((?:\\|.*\n)+)");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| (`.*`) \\| (.*) \\|$");
    private static final Pattern SPAN = Pattern.compile("`([^`]+)`");
    private static final Pattern TESTED = Pattern.compile("(?m)^await row\\((?:String\\.raw)?`([^`]+)`");
    private static final Pattern COMMENT = Pattern.compile("(?m)^ *// (.*)$");

    private FromSocketIoPage() {}

    /**
     * A row.
     *
     * @param name what is said for Node.js
     * @param code what is said here, piece by piece
     */
    public record Row(String name, List<String> code) {

        @Override
        public String toString() {
            return name;
        }
    }

    /** The page's text. */
    public static String text() throws IOException {
        return Files.readString(PAGE);
    }

    /** The rows of what is said for Node.js and here. */
    public static List<Row> rows() throws IOException {
        return rows("Herald");
    }

    /** The rows of the options, whose code are settings. */
    public static List<Row> options() throws IOException {
        return rows("setting");
    }

    private static List<Row> rows(String right) throws IOException {
        return TABLE.matcher(text())
                .results()
                .filter(table -> table.group(2).equals(right))
                .flatMap(table -> ROW.matcher(table.group(3)).results())
                .map(row -> new Row(
                        row.group(1).replace("`", ""),
                        SPAN.matcher(row.group(2))
                                .results()
                                .map(span -> span.group(1))
                                .toList()))
                .toList();
    }

    /** The names of the rows that the script tests, in its order. */
    public static List<String> tested() throws IOException {
        return TESTED.matcher(Files.readString(SCRIPT))
                .results()
                .map(row -> row.group(1))
                .toList();
    }

    /** The application's sources. */
    public static String sources() throws IOException {
        try (var files = Files.list(APPLICATION)) {
            var all = new StringBuilder();
            for (var file : files.sorted().toList()) {
                all.append(Files.readString(file));
            }
            return all.toString();
        }
    }

    /** What stands in the application below the comment with a row's name, up to the next such comment. */
    public static Map<String, String> sections() throws IOException {
        var sources = sources();
        var comments = COMMENT.matcher(sources).results().toList();
        return comments.stream()
                .collect(toMap(
                        comment -> comment.group(1),
                        comment -> sources.substring(
                                comment.end(),
                                comments.stream()
                                        .filter(next -> next.start() > comment.start())
                                        .findFirst()
                                        .map(next -> next.start())
                                        .orElse(sources.length()))));
    }
}
