package dev.herald.journal;

import java.util.UUID;
import org.h2.jdbcx.JdbcConnectionPool;

/** The log in H2, in memory. */
class JdbcLogTest extends JdbcLogContract {

    @Override
    JdbcConnectionPool createDatabase() {
        return JdbcConnectionPool.create("jdbc:h2:mem:" + UUID.randomUUID(), "herald", "herald");
    }
}
