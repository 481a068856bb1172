package dev.herald.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.testing.PostgresServer;
import java.io.IOException;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The log in PostgreSQL. */
class JdbcLogPostgresIT extends JdbcLogContract {

    private static PostgresServer server;

    @BeforeAll
    static void start() {
        server = PostgresServer.start(false);
    }

    @AfterAll
    static void stop() throws IOException {
        if (server != null) {
            server.close();
        }
    }

    @Override
    DatabaseSettings createDatabase() throws SQLException {
        return new DatabaseSettings(server.createDatabase(), PostgresServer.USER, "", null, CONNECTIONS);
    }

    @Test
    void isWeakUnlessWhatIsCommittedIsOnTheDisk() throws SQLException {
        try (var database = ConnectionPool.open(createDatabase())) {
            assertThat(Durability.weakness(database))
                    .hasValueSatisfying(it -> assertThat(it).contains("fsync = off"));
        }
    }
}
