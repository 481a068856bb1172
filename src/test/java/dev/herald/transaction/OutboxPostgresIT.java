package dev.herald.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import dev.herald.testing.PostgresServer;
import java.io.IOException;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The outbox in PostgreSQL. */
class OutboxPostgresIT extends OutboxContract {

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
    void connect(HikariConfig config) throws SQLException {
        config.setJdbcUrl(server.createDatabase());
        config.setUsername(PostgresServer.USER);
    }

    /** As docs/operating.md says: of a machine that is gone, PostgreSQL hears nothing for a long time. */
    @Test
    void whoIsGoneWithoutAWordWhileItMovesHoldsUpTheOthersUntilItsSessionTimesOut() throws Exception {
        insert("orders", "created", "1");
        try (var gone = DriverManager.getConnection(database.getJdbcUrl(), PostgresServer.USER, "")) {
            try (var statement = gone.createStatement()) {
                statement.execute("SET idle_in_transaction_session_timeout = '1s'");
            }
            gone.setAutoCommit(false);
            assertThat(OutboxTable.claim(gone)).isTrue();
            openRelay();

            awaitPublished(ORDERS, "1");
            assertThatThrownBy(() -> OutboxTable.claim(gone)).isInstanceOf(SQLException.class);
        }
    }
}
