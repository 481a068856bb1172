package dev.herald;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.it.DocumentedFiles;
import dev.herald.it.NodeScript;
import dev.herald.it.StartedByMaven;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A newcomer's way: the files and the commands that the documents give, from an empty directory to a page in a browser. */
class StartCommandsIT {

    private static final Path EXAMPLES = Path.of("examples");
    private static final Path LOGS = Path.of(System.getProperty("herald.examples"));

    @TempDir
    Path directory;

    /** The command in a line of its own of the page. */
    private static String command(Path page, String pattern) throws IOException {
        var found = Pattern.compile("(?m)^    " + pattern + "$").matcher(Files.readString(page));
        assertThat(found.find()).as(pattern).isTrue();
        return found.group(1);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                var copy = to.resolve(from.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }
    }

    @Test
    void theReadmesThreeFilesAndItsCommandBringAnEventOfOnesOwnBeanToAnotherPage() throws Exception {
        var readme = Path.of("README.md");
        Files.copy(EXAMPLES.resolve("hello/pom.xml"), directory.resolve("pom.xml"));
        for (var file : DocumentedFiles.of(readme).entrySet()) {
            var written = directory.resolve(file.getKey());
            Files.createDirectories(written.getParent());
            Files.writeString(written, file.getValue());
        }
        var command = command(readme, "(mvn package payara-micro:start)");

        try (var started =
                StartedByMaven.start(command, directory, Path.of("pom.xml"), "", 200, LOGS.resolve("hello.log"))) {
            NodeScript.pass("examples/hello.mjs", started.url());
        }
        assertThat(Files.readString(LOGS.resolve("hello.log"))).doesNotContain("Unable to set request character");
    }

    @Test
    void theCommandOfTheWholeApplicationStartsIt() throws Exception {
        copy(EXAMPLES.resolve("orders"), directory.resolve("examples/orders"));
        var pom = Path.of("examples/orders/pom.xml");
        var command =
                command(Path.of("docs/your-application.md"), "mvn install -DskipTests && (mvn -f examples/orders .*)");

        try (var started = StartedByMaven.start(command, directory, pom, "orders/", 401, LOGS.resolve("orders.log"))) {
            NodeScript.pass(
                    "examples/orders.mjs",
                    started.url() + "orders/",
                    directory.resolve("screenshots").toString());
        }
    }
}
