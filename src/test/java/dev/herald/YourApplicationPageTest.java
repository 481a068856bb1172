package dev.herald;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What docs/your-application.md shows is the example that is built and tested, and all of it. */
class YourApplicationPageTest {

    private static final Path EXAMPLE = Path.of("examples/orders");
    private static final int MAX_JAVA = 200;

    /** A file's name, and what it has. */
    private static final Pattern SHOWN = Pattern.compile("(?m)^`([^`\n]+)`\n\n```[a-z]+\n(.*?)```$", Pattern.DOTALL);

    private static Map<String, String> shown() throws IOException {
        return SHOWN.matcher(Files.readString(Path.of("docs/your-application.md")))
                .results()
                .collect(toMap(match -> match.group(1), match -> match.group(2)));
    }

    private static List<Path> files() throws IOException {
        try (var all = Files.walk(EXAMPLE.resolve("src"))) {
            return all.filter(Files::isRegularFile).toList();
        }
    }

    @Test
    void showsEveryFileAsItIs() throws IOException {
        var shown = shown();

        assertThat(files())
                .isNotEmpty()
                .allSatisfy(file -> assertThat(
                                shown.get(EXAMPLE.relativize(file).toString().replace('\\', '/')))
                        .isEqualTo(Files.readString(file)));
        assertThat(Files.readString(EXAMPLE.resolve("pom.xml"))).contains(shown.get("pom.xml"));
        assertThat(shown).hasSize(files().size() + 1);
    }

    @Test
    void isShort() throws IOException {
        var lines = 0;
        for (var file : files()) {
            lines +=
                    file.toString().endsWith(".java") ? Files.readAllLines(file).size() : 0;
        }

        assertThat(lines).isLessThanOrEqualTo(MAX_JAVA);
    }
}
