package dev.herald.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.Position;
import dev.herald.hub.Appended;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log in H2, in a file. */
class JdbcLogH2FileTest extends JdbcLogContract {

    @TempDir
    Path directory;

    private int databases;

    @Override
    DatabaseSettings createDatabase() {
        return file("contract" + databases++);
    }

    private DatabaseSettings file(String name) {
        return new DatabaseSettings(url(directory.resolve(name)), "herald", "herald", null, CONNECTIONS);
    }

    /** Connections to a database in a file, for those who want to end them by themselves. */
    static JdbcConnectionPool open(Path file) {
        return JdbcConnectionPool.create(url(file), "herald", "herald");
    }

    /** Each commit is in the file before it is acknowledged. */
    private static String url(Path file) {
        return "jdbc:h2:file:" + file.toAbsolutePath() + ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE";
    }

    @Test
    void isTheSameAfterAnOrderlyEnd() throws Exception {
        var draft = draft(NEWS, ANN, "1", "id-1");
        var first = await(log.append(draft)).message();
        append(NEWS, "2");
        var head = log.head(NEWS);
        var empty = log.head(ORDERS);
        close();

        var threads = Executors.newCachedThreadPool();
        try (var pool = ConnectionPool.open(file("contract0"))) {
            log = openLog(pool, BOUNDS, threads);

            assertThat(log.head(NEWS)).isEqualTo(head);
            assertThat(log.head(ORDERS)).isEqualTo(empty);
            assertThat(jsons(all(NEWS))).containsExactly("1", "2");
            assertThat(await(log.append(draft))).isEqualTo(new Appended(first, true));
            assertThat(append(NEWS, "3")).isEqualTo(new Position(head.epoch(), 3));
        } finally {
            threads.shutdownNow();
        }
    }
}
