package dev.herald.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The devices in H2, in a file. */
class JdbcDevicesH2FileTest extends JdbcDevicesContract {

    @TempDir
    Path directory;

    @Override
    JdbcConnectionPool createDatabase() {
        return JdbcLogH2FileTest.open(directory.resolve("contract"));
    }

    @Test
    void areTheSameAfterTheDatabaseHasEnded() throws Exception {
        begin(PHONE);
        see(PHONE, at(3));
        close();
        openDatabase();

        assertThat(node().begin(BOB, PHONE, "life")).isEqualTo(at(3));
    }
}
