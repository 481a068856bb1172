package dev.herald;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.it.FromSocketIoPage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What docs/from-socketio.md shows of Herald is code that runs, and each of its rows has a test of its name. */
class FromSocketIoPageTest {

    /** Words that are no code of the row. */
    private static final Set<String> WORDS =
            Set.of("ConnectionAttempt", "Disconnected", "cookie", "authorization", "news");

    @Test
    void eachRowHasATestOfItsNameAndEachTestARow() throws Exception {
        var rows =
                FromSocketIoPage.rows().stream().map(FromSocketIoPage.Row::name).toList();

        assertThat(rows).hasSizeGreaterThan(60).doesNotHaveDuplicates();
        assertThat(FromSocketIoPage.tested()).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(rows);
    }

    @Test
    void eachRowShowsTheCodeOfTheApplicationThatTheTestsRun() throws Exception {
        var sections = FromSocketIoPage.sections();
        var sources = FromSocketIoPage.sources();

        assertThat(FromSocketIoPage.rows()).allSatisfy(row -> {
            var code = row.code().stream().filter(span -> !WORDS.contains(span)).toList();
            assertThat(sections).containsKey(row.name());
            assertThat(sections.get(row.name())).containsAnyOf(code.toArray(String[]::new));
            assertThat(code).allSatisfy(span -> assertThat(sources).contains(span));
        });
    }

    @Test
    void showsTheTestedMessageBoard() throws Exception {
        var source = Files.readString(Path.of("src/test/java/dev/herald/it/node/MessageBoard.java"));

        assertThat(FromSocketIoPage.text())
                .contains("```java\npackage board;\n\n" + source.substring(source.indexOf("import ")) + "```");
    }

    @Test
    void eachOptionIsASettingThatATestOnAServerSets() throws Exception {
        var settings = Files.readString(Path.of("docs/settings.md"));
        var tests = integrationTests();

        assertThat(FromSocketIoPage.options()).hasSizeGreaterThan(5).allSatisfy(row -> {
            var name = row.code().get(0).replaceFirst("=.*", "");
            assertThat(settings).contains("| `" + name + "` |");
            assertThat(tests).contains(name + "=");
        });
    }

    private static String integrationTests() throws IOException {
        try (var files = Files.list(Path.of("src/test/java/dev/herald"))) {
            var all = new StringBuilder();
            for (var file :
                    files.filter(one -> one.toString().endsWith("IT.java")).toList()) {
                all.append(Files.readString(file));
            }
            return all.toString();
        }
    }
}
