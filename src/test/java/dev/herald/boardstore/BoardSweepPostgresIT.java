package dev.herald.boardstore;

import dev.herald.testing.PostgresServer;
import java.io.IOException;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.postgresql.ds.PGSimpleDataSource;

/** What is removed from the board's tables in PostgreSQL. */
class BoardSweepPostgresIT extends BoardSweepContract {

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
    DataSource createDatabase() throws Exception {
        var database = new PGSimpleDataSource();
        database.setUrl(server.createDatabase());
        database.setUser(PostgresServer.USER);
        return database;
    }
}
