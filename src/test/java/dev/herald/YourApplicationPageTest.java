package dev.herald;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.it.DocumentedFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What docs/your-application.md and the README show are the examples that are built and tested, and all of them. */
class YourApplicationPageTest {

    private static final Path EXAMPLE = Path.of("examples/orders");
    private static final Path SMALLEST = Path.of("examples/hello");
    private static final String DEPENDENCY = """
                <dependency>
                  <groupId>dev.herald</groupId>
                  <artifactId>herald</artifactId>
                  <version>0.1.0-SNAPSHOT</version>
                  <classifier>classes</classifier>
                </dependency>
            """;
    private static final int MAX_JAVA = 200;

    private static List<Path> filesOf(Path example) throws IOException {
        try (var all = Files.walk(example.resolve("src"))) {
            return all.filter(Files::isRegularFile).toList();
        }
    }

    private static void assertShown(Path example, Map<String, String> shown) throws IOException {
        assertThat(filesOf(example))
                .isNotEmpty()
                .allSatisfy(file -> assertThat(
                                shown.get(example.relativize(file).toString().replace('\\', '/')))
                        .isEqualTo(Files.readString(file)));
    }

    @Test
    void showsEveryFileAsItIs() throws IOException {
        var shown = DocumentedFiles.of(Path.of("docs/your-application.md"));

        assertShown(EXAMPLE, shown);
        assertThat(Files.readString(EXAMPLE.resolve("pom.xml"))).contains(shown.get("pom.xml"));
        assertThat(shown).hasSize(filesOf(EXAMPLE).size() + 1);
    }

    @Test
    void theReadmeShowsEveryFileOfTheSmallestApplicationAsItIs() throws IOException {
        var shown = DocumentedFiles.of(Path.of("README.md"));

        assertShown(SMALLEST, shown);
        assertThat(shown).hasSize(filesOf(SMALLEST).size());
        assertThat(Files.readString(SMALLEST.resolve("pom.xml"))).contains(DEPENDENCY);
        assertThat(Files.readString(Path.of("README.md"))).contains("```xml\n" + DEPENDENCY + "```");
    }

    @Test
    void isShort() throws IOException {
        var lines = 0;
        for (var file : filesOf(EXAMPLE)) {
            lines +=
                    file.toString().endsWith(".java") ? Files.readAllLines(file).size() : 0;
        }

        assertThat(lines).isLessThanOrEqualTo(MAX_JAVA);
    }
}
