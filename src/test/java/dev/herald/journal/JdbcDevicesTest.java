package dev.herald.journal;

import java.util.UUID;
import org.h2.jdbcx.JdbcConnectionPool;

/** The devices in H2, in memory. */
class JdbcDevicesTest extends JdbcDevicesContract {

    @Override
    JdbcConnectionPool createDatabase() {
        return JdbcConnectionPool.create("jdbc:h2:mem:" + UUID.randomUUID(), "herald", "herald");
    }
}
