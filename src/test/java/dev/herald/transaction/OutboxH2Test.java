package dev.herald.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import dev.herald.testing.ErrorLog;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The outbox in H2. */
class OutboxH2Test extends OutboxContract {

    @Override
    void connect(HikariConfig config) {
        config.setJdbcUrl("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1;LOCK_TIMEOUT=30000");
    }

    /** PostgreSQL does not hold it either. */
    @Test
    void aRowWhoseTextNoLogCanHoldIsSetAsideAndTheOthersGoOn() throws Exception {
        try (var log = new ErrorLog(OutboxMove.class)) {
            insert("orders", "created", "1");
            execute("UPDATE herald_outbox SET excepted = CHAR(0)");
            insert("orders", "created", "2");

            openRelay();

            awaitPublished(ORDERS, "2");
            awaitEmpty();
            assertThat(rows("refused IS NOT NULL")).isEqualTo(1);
            assertThat(log.lines()).singleElement().asString().contains("is set aside");
        }
    }
}
