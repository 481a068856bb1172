package dev.herald.journal;

import java.util.UUID;
import org.h2.jdbcx.JdbcConnectionPool;

/** The clients' states in H2, in memory. */
class JdbcClientStatesTest extends JdbcClientStatesContract {

    @Override
    JdbcConnectionPool createDatabase() {
        return JdbcConnectionPool.create("jdbc:h2:mem:" + UUID.randomUUID(), "herald", "herald");
    }
}
