package dev.herald;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The beans that the page about documents shows are those of the application that is tested. */
class DocumentsPageTest {

    private static final Path PAGE = Path.of("docs/documents-beans.md");
    private static final Path APPLICATION = Path.of("src/test/java/dev/herald/it/documents");
    private static final Pattern CODE = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final Pattern TYPE = Pattern.compile("public (?:class|record) (\\w+)");

    @Test
    void showsTheTestedApplication() throws Exception {
        var snippets = CODE.matcher(Files.readString(PAGE)).results().toList();

        assertThat(snippets).hasSize(5).allSatisfy(snippet -> {
            var code = snippet.group(1);
            var type = TYPE.matcher(code);
            assertThat(type.find()).isTrue();
            var source = Files.readString(APPLICATION.resolve(type.group(1) + ".java"));
            assertThat(code).isEqualTo(source.substring(source.indexOf("import ")));
        });
    }
}
