package dev.herald.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Who makes the outbox's tables by hand gets what Herald would make. */
class OutboxScriptTest {

    @Test
    void isTheMigration() throws Exception {
        assertThat(Files.readString(Path.of("docs/outbox.sql")))
                .isEqualTo(
                        Files.readString(Path.of("src/main/resources/dev/herald/transaction/schema/V1__outbox.sql")));
    }
}
