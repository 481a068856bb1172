package dev.herald.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.ChannelName;
import dev.herald.api.Connection;
import dev.herald.api.Joined;
import dev.herald.api.Left;
import dev.herald.api.Person;
import dev.herald.testing.ObserverDiary;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EventOrderTest {

    private static final Connection ANN = new Connection("c1", new Person("ann", "Ann"));
    private static final Joined JOINED = new Joined(ANN, ChannelName.NEWS);
    private static final Left LEFT = new Left(ANN, ChannelName.NEWS);

    private final ObserverDiary diary = new ObserverDiary();
    private final EventOrder events = new EventOrder(diary);

    @Test
    void whatIsCertainIsToldAtOnce() {
        events.tell(JOINED);

        assertThat(diary.events()).containsExactly(JOINED);
    }

    @Test
    void whatBecomesCertainLaterKeepsItsPlace() {
        var first = events.expect();
        var second = events.expect();
        events.tell(LEFT);
        events.settle(second, Optional.of(JOINED));
        assertThat(diary.events()).isEmpty();

        events.settle(first, Optional.of(LEFT));

        assertThat(diary.events()).containsExactly(LEFT, JOINED, LEFT);
    }

    @Test
    void whatHasNotHappenedHoldsNothingUp() {
        var item = events.expect();
        events.tell(LEFT);

        events.settle(item, Optional.empty());

        assertThat(diary.events()).containsExactly(LEFT);
    }
}
