package dev.herald.boardstore;

import java.util.UUID;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterEach;

/** What is removed from the board's tables in H2. */
class BoardSweepTest extends BoardSweepContract {

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
}
