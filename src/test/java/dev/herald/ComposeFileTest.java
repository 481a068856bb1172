package dev.herald;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What compose.yaml names is there. */
class ComposeFileTest {

    private static List<String> found(String pattern, String text) {
        return Pattern.compile(pattern, Pattern.MULTILINE)
                .matcher(text)
                .results()
                .map(match -> match.group(1))
                .toList();
    }

    @Test
    void filesSettingsAndAddressesOfTheComposeFileAreThere() throws IOException {
        var compose = Files.readString(Path.of("compose.yaml"));
        var nginx = Files.readString(Path.of("docs/nginx-cluster.conf"));
        var settings = Files.readString(Path.of("docs/settings.md"));

        assertThat(Path.of("Dockerfile")).isRegularFile();
        assertThat(found("- \\./([^:]+):", compose))
                .isNotEmpty()
                .allSatisfy(file -> assertThat(Path.of(file)).isRegularFile());
        assertThat(found("^ +(HERALD_[A-Z_]+):", compose))
                .hasSizeGreaterThanOrEqualTo(4)
                .allSatisfy(name -> assertThat(settings)
                        .contains("`" + name.toLowerCase(Locale.ROOT).replace('_', '.') + "`"));
        assertThat(found("^ +ipv4_address: (.+)$", compose))
                .containsAll(found("^ +server ([0-9.]+):8080", nginx))
                .contains(found("HERALD_PROXIES: (.+)", compose).get(0));
    }
}
