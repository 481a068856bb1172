package dev.herald.journal;

import java.util.UUID;

/** Durable observers with H2, in memory. */
class DurableObserversTest extends DurableObserversContract {

    @Override
    DatabaseSettings createDatabase() {
        return new DatabaseSettings("jdbc:h2:mem:" + UUID.randomUUID(), "herald", "herald", null, 16);
    }
}
