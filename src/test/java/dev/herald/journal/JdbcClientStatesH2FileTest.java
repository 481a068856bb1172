package dev.herald.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The clients' states in H2, in a file. */
class JdbcClientStatesH2FileTest extends JdbcClientStatesContract {

    @TempDir
    Path directory;

    @Override
    JdbcConnectionPool createDatabase() {
        return JdbcLogH2FileTest.open(directory.resolve("contract"));
    }

    @Test
    void areTheSameAfterTheDatabaseHasEnded() {
        await(states.put("secret", "state"));
        close();
        openDatabase();

        assertThat(life().take("secret")).contains("state");
    }
}
