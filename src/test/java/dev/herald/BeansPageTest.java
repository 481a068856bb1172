package dev.herald;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What docs/beans.md shows of an application with events of its own is the application that is tested. */
class BeansPageTest {

    private static final Path SHOP = Path.of("src/test/java/dev/herald/it/shop");
    private static final Pattern CODE = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final Pattern CLASS = Pattern.compile("public class (\\w+) ");

    private static List<String> snippets() throws IOException {
        var page = Files.readString(Path.of("docs/beans.md"));
        var begin = page.indexOf("\n## Your own events\n");
        assertThat(begin).isPositive();
        return CODE.matcher(page.substring(begin))
                .results()
                .map((MatchResult code) -> code.group(1))
                .toList();
    }

    @Test
    void showsTheTestedPolicy() throws Exception {
        var source = Files.readString(Path.of("src/test/java/dev/herald/it/orders/OrderPolicy.java"));

        assertThat(Files.readString(Path.of("docs/beans.md"))).contains(source.substring(source.indexOf("import ")));
    }

    @Test
    void showsTheTestedApplication() throws Exception {
        assertThat(snippets()).hasSize(6).allSatisfy(snippet -> {
            var name = CLASS.matcher(snippet);
            assertThat(name.find()).isTrue();
            var source = Files.readString(SHOP.resolve(name.group(1) + ".java"));
            assertThat(snippet).isEqualTo(source.substring(source.indexOf("import ")));
        });
    }
}
