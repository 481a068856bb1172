package dev.herald.boardstore;

import static dev.herald.api.RefusedException.Reason.LOG_UNAVAILABLE;
import static java.lang.System.Logger.Level.WARNING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.herald.api.RefusedException;
import dev.herald.testing.QuietLog;
import java.util.UUID;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The board's tables in H2. */
class BoardStoreTest extends BoardStoreContract {

    private JdbcConnectionPool pool;

    @Override
    DataSource createDatabase() {
        pool = JdbcConnectionPool.create("jdbc:h2:mem:" + UUID.randomUUID(), "herald", "herald");
        return pool;
    }

    @AfterEach
    void close() {
        pool.dispose();
    }

    @Test
    void whoAsksIsRefusedWhenTheDatabaseDoesNotDoIt() throws Exception {
        try (var connection = pool.getConnection();
                var statement = connection.createStatement()) {
            statement.execute("DROP TABLE board_member");
        }
        QuietLog.expect(WARNING, "the board's tables cannot be used");

        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() -> store.channels().memberships(ANN))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(LOG_UNAVAILABLE));
    }
}
