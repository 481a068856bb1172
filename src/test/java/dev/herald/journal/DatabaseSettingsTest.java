package dev.herald.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which database is meant. */
class DatabaseSettingsTest {

    private static DatabaseSettings settings(Map<String, Object> values) {
        return settings(values, "");
    }

    private static DatabaseSettings settings(Map<String, Object> values, String contextPath) {
        var config = (Config) Proxy.newProxyInstance(
                DatabaseSettingsTest.class.getClassLoader(),
                new Class<?>[] {Config.class},
                (self, method, arguments) -> Optional.ofNullable(values.get((String) arguments[0])));
        return DatabaseSettings.of(config, contextPath);
    }

    @Test
    void isAnotherH2FileForEachApplication() {
        var paths = List.of("", "/shop", "/Shop", "/shop/board", "/shop-board", "/shop%2fboard", "/lädchen", "/..");

        var files = paths.stream()
                .map(path ->
                        settings(Map.of("herald.data.dir", "/srv/data"), path).url())
                .toList();

        assertThat(files.get(0)).startsWith("jdbc:h2:file:/srv/data/herald;");
        assertThat(files.get(1)).startsWith("jdbc:h2:file:/srv/data/herald-shop;");
        assertThat(files.stream().map(url -> url.toLowerCase(Locale.ROOT)))
                .doesNotHaveDuplicates()
                .allMatch(url -> url.matches("jdbc:h2:file:/srv/data/herald[^/]*;.*"));
    }

    @Test
    void isNotKnownBeforeTheApplicationIs() {
        assertThatIllegalStateException()
                .isThrownBy(() -> settings(Map.of(), null))
                .withMessageContaining("once its web application has started");
        assertThat(settings(Map.of("herald.datasource.jndi", "jdbc/x"), null).jndi())
                .isEqualTo("jdbc/x");
    }

    @Test
    void mayBeNewBesideAnOlderOne(@TempDir Path directory) throws IOException {
        var shop = settings(Map.of("herald.data.dir", directory.toString()), "/shop");
        assertThat(shop.abandoned()).isEmpty();

        var roots = Files.createFile(directory.resolve("herald.mv.db"));
        assertThat(shop.abandoned()).contains(roots);
        assertThat(settings(Map.of("herald.data.dir", directory.toString())).abandoned())
                .isEmpty();

        Files.createFile(directory.resolve("herald-shop.mv.db"));
        assertThat(shop.abandoned()).isEmpty();
    }

    @Test
    void isAnH2FileBelowTheDataDirectoryThatWritesBeforeItAcknowledges() {
        var settings = settings(Map.of("herald.data.dir", "/srv/herald/../data"));

        assertThat(settings.url()).startsWith("jdbc:h2:file:/srv/data/herald;").contains("WRITE_DELAY=0");
        assertThat(settings.user()).isEqualTo("herald");
        assertThat(settings.connections()).isEqualTo(10);
        assertThat(settings(Map.of()).url()).matches("jdbc:h2:file:/.*/data/herald;.*");
    }

    @Test
    void isTheOneWithTheUrlThatIsSet() {
        var settings = settings(Map.of(
                "herald.datasource.url",
                "jdbc:postgresql://db.example/herald",
                "herald.datasource.user",
                "ann",
                "herald.datasource.password",
                "secret",
                "herald.datasource.connections",
                3));

        assertThat(settings)
                .isEqualTo(new DatabaseSettings("jdbc:postgresql://db.example/herald", "ann", "secret", null, 3));
    }

    @Test
    void isNamedWithoutSecrets() {
        for (var url : new String[] {
            "jdbc:postgresql://ann:secret@db.example/herald",
            "jdbc:postgresql://db.example/herald?password=secret",
            "jdbc:h2:file:/srv/herald;PASSWORD=secret"
        }) {
            var settings = new DatabaseSettings(url, "ann", "secret", null, 8);
            assertThat(settings.name()).startsWith("jdbc:").doesNotContain("secret", "ann");
            assertThat(settings.toString()).isEqualTo(settings.name());
        }
    }

    @Test
    void isRefusedWhenItCannotBe() {
        assertThatThrownBy(() -> settings(Map.of("herald.datasource.connections", 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("herald.datasource.connections");
        assertThatThrownBy(() -> settings(Map.of("herald.data.dir", "/srv/a;b")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("herald.data.dir");
    }
}
