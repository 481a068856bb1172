package dev.herald.journal;

import dev.herald.testing.PostgresServer;
import java.io.IOException;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Documents in a real PostgreSQL. */
class JdbcDocumentsPostgresIT extends JdbcDocumentsContract {

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
        return new DatabaseSettings(server.createDatabase(), PostgresServer.USER, "", null, 16);
    }
}
