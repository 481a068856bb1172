package dev.herald;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What docs/from-socketio.md shows of Herald is code that compiles. */
class FromSocketIoPageTest {

    private static final Path CODE = Path.of("src/test/java/dev/herald/it/FromSocketIo.java");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `.*` \\| (`.*) \\|$");
    private static final Pattern SPAN = Pattern.compile("`([^`]+)`");

    private static List<String> shown() throws IOException {
        return ROW.matcher(Files.readString(Path.of("docs/from-socketio.md")))
                .results()
                .map((MatchResult row) -> row.group(1))
                .toList();
    }

    @Test
    void showsOnlyWhatCompiles() throws IOException {
        var code = Files.readString(CODE);

        assertThat(shown())
                .hasSizeGreaterThan(25)
                .allSatisfy(cell -> assertThat(SPAN.matcher(cell)
                                .results()
                                .map(span -> span.group(1))
                                .filter(span -> !span.equals("attempt.put"))
                                .filter(span -> !span.equals("ConnectionAttempt")))
                        .isNotEmpty()
                        .allSatisfy(span -> assertThat(code).contains(span)));
    }
}
