package dev.herald.kill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.Position;
import dev.herald.kill.Checker.Fault;
import dev.herald.kill.Checker.Finding;
import dev.herald.kill.History.Acked;
import dev.herald.kill.History.Event;
import dev.herald.kill.History.Joined;
import dev.herald.kill.History.Killed;
import dev.herald.kill.History.Logged;
import dev.herald.kill.History.Received;
import dev.herald.kill.History.Refused;
import dev.herald.kill.History.Restarted;
import dev.herald.kill.History.Tried;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CheckerTest {

    /** Two publishers, two channels, two subscribers, and a kill after which the second one goes on where it was. */
    private final List<Event> history = new ArrayList<>(List.of(
            new Joined("sub", "news", null, false, at(0)),
            new Joined("resumer", "news", null, false, at(0)),
            new Joined("sub", "other", null, false, at(0)),
            new Tried("ann", "news", "a1"),
            received("sub", 1, "a1"),
            new Acked("ann", "news", "a1", at(1), false),
            received("resumer", 1, "a1"),
            new Tried("ann", "news", "a2"),
            received("sub", 2, "a2"),
            new Tried("bob", "other", "b1"),
            new Killed(),
            new Restarted(),
            new Joined("sub", "news", at(2), true, at(2)),
            new Tried("ann", "news", "a2"),
            new Acked("ann", "news", "a2", at(2), true),
            new Joined("sub", "other", at(0), true, at(0)),
            new Tried("bob", "other", "b1"),
            new Acked("bob", "other", "b1", at(1), false),
            new Received("sub", "other", at(1), "b1"),
            new Joined("resumer", "news", at(1), true, at(2)),
            received("resumer", 2, "a2"),
            new Tried("ann", "news", "a3"),
            new Acked("ann", "news", "a3", at(3), false),
            received("sub", 3, "a3"),
            received("resumer", 3, "a3"),
            new Tried("ann", "news", "a4"),
            new Acked("ann", "news", "a4", at(4), false),
            received("sub", 4, "a4"),
            received("resumer", 4, "a4"),
            new Logged("news", at(1), "a1"),
            new Logged("news", at(2), "a2"),
            new Logged("news", at(3), "a3"),
            new Logged("news", at(4), "a4"),
            new Logged("other", at(1), "b1")));

    @Test
    void findsNothingInACleanHistory() {
        assertThat(Checker.check(history)).isEmpty();
    }

    @Test
    void findsNothingWrongWithWhatWasRefusedAndIsNowhere() {
        history.add(new Tried("ann", "news", "a5"));
        history.add(new Refused("ann", "news", "a5", "overloaded"));
        assertThat(Checker.check(history)).isEmpty();
    }

    @Test
    void findsNothingWrongWithALossThatWasTold() {
        replace(new Joined("resumer", "news", at(1), true, at(2)), new Joined("resumer", "news", at(1), false, at(2)));
        history.remove(received("resumer", 2, "a2"));
        assertThat(Checker.check(history)).isEmpty();
    }

    @Test
    void findsWhatWasAcknowledgedAndIsNotInTheLog() {
        history.add(new Tried("bob", "other", "b2"));
        history.add(new Acked("bob", "other", "b2", at(2), false));
        assertFound(Fault.LOST);
    }

    @Test
    void findsWhatWasReceivedAndIsNotInTheLog() {
        history.add(new Tried("bob", "other", "b2"));
        history.add(new Received("sub", "other", at(2), "b2"));
        assertFound(Fault.LOST);
    }

    @Test
    void findsWhatWasAcknowledgedAndOverwritten() {
        history.add(new Tried("bob", "other", "b2"));
        history.add(new Acked("bob", "other", "b2", at(1), false));
        assertFound(Fault.INCONSISTENT_OFFSET, Fault.LOST);
    }

    @Test
    void findsThatASubscriberLacksTheLastMessages() {
        history.remove(received("sub", 4, "a4"));
        assertFound(Fault.LOST);
        history.remove(received("sub", 3, "a3"));
        assertFound(Fault.LOST, Fault.LOST);
    }

    @Test
    void findsThatARecoveredSubscriberGetsNothing() {
        history.removeIf(event -> event instanceof Received received
                && received.subscriber().equals("sub")
                && received.channel().equals("other"));
        assertFound(Fault.LOST);
    }

    @Test
    void findsWhatIsTwiceInTheLog() {
        history.add(new Logged("other", at(2), "b1"));
        history.add(new Received("sub", "other", at(2), "b1"));
        assertThat(faults()).contains(Fault.DUPLICATED);
    }

    @Test
    void findsWhatWasReceivedTwice() {
        insertAfter(received("sub", 3, "a3"), received("sub", 3, "a3"));
        assertFound(Fault.DUPLICATED);
    }

    @Test
    void findsWhatIsSentAgainAfterItWasReceived() {
        insertAfter(new Joined("resumer", "news", at(1), true, at(2)), received("resumer", 1, "a1"));
        assertFound(Fault.DUPLICATED);
    }

    @Test
    void findsWhatWasReceivedAfterALaterOne() {
        history.remove(received("sub", 3, "a3"));
        insertAfter(received("sub", 4, "a4"), received("sub", 3, "a3"));
        assertFound(Fault.REORDERED);
    }

    @Test
    void findsALogOutOfOrder() {
        history.remove(new Logged("news", at(3), "a3"));
        insertAfter(new Logged("news", at(4), "a4"), new Logged("news", at(3), "a3"));
        assertThat(faults()).contains(Fault.REORDERED).containsOnly(Fault.REORDERED, Fault.GAP);
    }

    @Test
    void findsAGapAtASubscriber() {
        history.remove(received("sub", 3, "a3"));
        assertFound(Fault.GAP);
    }

    @Test
    void findsAGapInTheLog() {
        history.replaceAll(event -> event.equals(new Logged("other", at(1), "b1"))
                ? new Logged("other", at(2), "b1")
                : event.equals(new Acked("bob", "other", "b1", at(1), false))
                        ? new Acked("bob", "other", "b1", at(2), false)
                        : event.equals(new Received("sub", "other", at(1), "b1"))
                                ? new Received("sub", "other", at(2), "b1")
                                : event);
        assertThat(faults()).contains(Fault.GAP);
    }

    @Test
    void findsAnAckOfAnotherPlace() {
        replace(new Acked("ann", "news", "a3", at(3), false), new Acked("ann", "news", "a3", at(4), false));
        assertFound(Fault.INCONSISTENT_OFFSET);
    }

    @Test
    void findsAnAckOfAnotherEpoch() {
        var elsewhere = new Position("another", 3);
        replace(new Acked("ann", "news", "a3", at(3), false), new Acked("ann", "news", "a3", elsewhere, false));
        assertFound(Fault.INCONSISTENT_OFFSET);
    }

    @Test
    void findsThatOffsetsWereGivenAgain() {
        replace(received("sub", 2, "a2"), received("sub", 2, "b1"));
        assertThat(faults()).contains(Fault.INCONSISTENT_OFFSET);
    }

    @Test
    void findsASubscriberThatSawAMessageElsewhere() {
        replace(received("sub", 3, "a3"), received("sub", 3, "a4"));
        replace(received("sub", 4, "a4"), received("sub", 4, "a3"));
        assertFound(Fault.INCONSISTENT_OFFSET, Fault.INCONSISTENT_OFFSET);
    }

    @Test
    void findsALogThatBeganAnew() {
        replace(new Logged("news", at(4), "a4"), new Logged("news", new Position("another", 4), "a4"));
        // The log itself, the ack, and two subscribers.
        assertThat(faults()).hasSize(4).containsOnly(Fault.INCONSISTENT_OFFSET);
    }

    @Test
    void findsWhatNobodyPublished() {
        history.add(new Logged("other", at(2), "ghost"));
        history.add(new Received("sub", "other", at(2), "ghost"));
        assertFound(Fault.UNEXPECTED, Fault.UNEXPECTED);
    }

    @Test
    void findsWhatWasReceivedAndNeverPublished() {
        history.add(new Received("sub", "other", at(2), "ghost"));
        assertFound(Fault.UNEXPECTED);
    }

    @Test
    void findsWhatWasPublishedToAnotherChannel() {
        history.add(new Tried("ann", "news", "a5"));
        history.add(new Logged("other", at(2), "a5"));
        history.add(new Received("sub", "other", at(2), "a5"));
        assertFound(Fault.UNEXPECTED, Fault.UNEXPECTED);
    }

    @Test
    void findsWhatWasRefusedAndIsThere() {
        history.add(new Tried("bob", "other", "b2"));
        history.add(new Refused("bob", "other", "b2", "overloaded"));
        history.add(new Logged("other", at(2), "b2"));
        history.add(new Received("sub", "other", at(2), "b2"));
        assertFound(Fault.UNEXPECTED, Fault.UNEXPECTED);
    }

    @Test
    void findsWhatComesToWhoHasNotJoined() {
        history.add(new Received("stranger", "news", at(4), "a4"));
        assertFound(Fault.UNEXPECTED);
    }

    @Test
    void findsThatWhoIsToldToBeRecoveredIsNot() {
        history.remove(received("resumer", 2, "a2"));
        assertFound(Fault.FALSE_RECOVERED);
    }

    @Test
    void findsThatWhoIsToldToBeRecoveredWithoutAHeadIsNot() {
        replace(new Joined("resumer", "news", at(1), true, at(2)), new Joined("resumer", "news", at(1), true, null));
        assertThat(Checker.check(history)).isEmpty();
        history.remove(received("resumer", 2, "a2"));
        assertFound(Fault.FALSE_RECOVERED);
    }

    private void assertFound(Fault... faults) {
        assertThat(faults()).as(() -> Checker.check(history).toString()).containsExactly(faults);
    }

    private List<Fault> faults() {
        return Checker.check(history).stream().map(Finding::fault).toList();
    }

    private void replace(Event event, Event other) {
        assertThat(history).contains(event);
        history.replaceAll(each -> each.equals(event) ? other : each);
    }

    private void insertAfter(Event event, Event other) {
        assertThat(history).contains(event);
        history.add(history.lastIndexOf(event) + 1, other);
    }

    private static Received received(String subscriber, long offset, String id) {
        return new Received(subscriber, "news", at(offset), id);
    }

    private static Position at(long offset) {
        return new Position("epoch", offset);
    }
}
