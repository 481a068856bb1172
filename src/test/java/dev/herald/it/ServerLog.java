package dev.herald.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** What a server wrote into its log. */
public final class ServerLog {

    /** An error by its level, or a line of a stack trace. */
    private static final Pattern MISTAKE = Pattern.compile("\\b(SEVERE|ERROR)\\b|^\\s+at [\\w.$/<>]+\\(|^Caused by: ");

    private ServerLog() {}

    /** The lines that tell of an error, and those of stack traces. */
    public static List<String> mistakes(Path log) throws IOException {
        try (var lines = Files.lines(log)) {
            return lines.filter(line -> MISTAKE.matcher(line).find()).toList();
        }
    }
}
