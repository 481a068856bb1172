package dev.herald.journal;

import java.util.UUID;

/** Documents in H2, in memory. */
class JdbcDocumentsTest extends JdbcDocumentsContract {

    @Override
    DatabaseSettings createDatabase() {
        return new DatabaseSettings("jdbc:h2:mem:" + UUID.randomUUID(), "herald", "herald", null, 16);
    }
}
