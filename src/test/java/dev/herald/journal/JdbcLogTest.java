package dev.herald.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.Position;
import dev.herald.hub.Replay;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The log in H2, in memory. */
class JdbcLogTest extends JdbcLogContract {

    @Override
    DatabaseSettings createDatabase() {
        return new DatabaseSettings("jdbc:h2:mem:" + UUID.randomUUID(), "herald", "herald", null, CONNECTIONS);
    }

    @Test
    void looksAtFewOfManyMessages() {
        var beginning = log.head(NEWS);
        IntStream.rangeClosed(1, 1_000).forEach(n -> await(log.append(draft(NEWS, ANN, "" + n, "id-" + n))));
        var other = otherNode();
        database.countsMessagesLookedAt = true;

        assertThat(jsons(latest(other, NEWS, 10))).startsWith("991").hasSize(10);
        assertThat(jsons(other.before(NEWS, 500, 10).messages()))
                .startsWith("499")
                .hasSize(10);
        var middle = new Position(beginning.epoch(), 700);
        assertThat(other.since(NEWS, middle, 10)).isInstanceOf(Replay.Complete.class);
        assertThat(await(other.append(draft(NEWS, ANN, "7", "id-7"))).duplicate())
                .isTrue();

        assertThat(database.messagesLookedAt).hasValueBetween(31L, 60L);
    }

    @Test
    void findsARepeatOfTheApplicationsAmongManyMessagesByLookingAtFew() {
        IntStream.rangeClosed(1, 1_000).forEach(n -> await(log.append(draft(NEWS, null, "" + n, "id-" + n))));
        var other = otherNode();
        database.countsMessagesLookedAt = true;

        assertThat(await(other.append(draft(NEWS, null, "7", "id-7"))).duplicate())
                .isTrue();

        assertThat(database.messagesLookedAt).hasValueBetween(1L, 10L);
    }
}
