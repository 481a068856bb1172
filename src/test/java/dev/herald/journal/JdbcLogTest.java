package dev.herald.journal;

import java.util.UUID;

/** The log in H2, in memory. */
class JdbcLogTest extends JdbcLogContract {

    @Override
    DatabaseSettings createDatabase() {
        return new DatabaseSettings("jdbc:h2:mem:" + UUID.randomUUID(), "herald", "herald", null, CONNECTIONS);
    }
}
