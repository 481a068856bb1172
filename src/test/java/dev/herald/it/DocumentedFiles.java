package dev.herald.it;

import static java.util.stream.Collectors.toMap;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;

/** The files that a page of the documentation shows, each below its name. */
public final class DocumentedFiles {

    private static final Pattern SHOWN = Pattern.compile("(?m)^`([^`\n]+)`\n\n```[a-z]+\n(.*?)```$", Pattern.DOTALL);

    private DocumentedFiles() {}

    /** What is in each file, by its name in the application's directory. */
    public static Map<String, String> of(Path page) throws IOException {
        return SHOWN.matcher(Files.readString(page))
                .results()
                .collect(toMap(match -> match.group(1), match -> match.group(2)));
    }
}
