package dev.herald.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.ChannelName;
import dev.herald.api.Connection;
import dev.herald.api.Joined;
import dev.herald.api.Left;
import dev.herald.api.Person;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AccountTest {

    private static final Connection ANN = new Connection("c1", new Person("ann", "Ann"));
    private static final Joined JOINED = new Joined(ANN, ChannelName.NEWS);
    private static final Left LEFT = new Left(ANN, ChannelName.NEWS);

    private final ObserverDiary diary = new ObserverDiary();
    private final Account account = new Account(diary);

    @Test
    void whatIsCertainIsToldAtOnce() {
        account.tell(JOINED);

        assertThat(diary.events()).containsExactly(JOINED);
    }

    @Test
    void whatBecomesCertainLaterKeepsItsPlace() {
        var first = account.expect();
        var second = account.expect();
        account.tell(LEFT);
        account.settle(second, Optional.of(JOINED));
        assertThat(diary.events()).isEmpty();

        account.settle(first, Optional.of(LEFT));

        assertThat(diary.events()).containsExactly(LEFT, JOINED, LEFT);
    }

    @Test
    void whatHasNotHappenedHoldsNothingUp() {
        var item = account.expect();
        account.tell(LEFT);

        account.settle(item, Optional.empty());

        assertThat(diary.events()).containsExactly(LEFT);
    }
}
