package dev.herald.hub;

import static dev.herald.hub.HistoryChecker.Flaw.DOUBLE;
import static dev.herald.hub.HistoryChecker.Flaw.FOREIGN;
import static dev.herald.hub.HistoryChecker.Flaw.HOLE;
import static dev.herald.hub.HistoryChecker.Flaw.LOST;
import static dev.herald.hub.HistoryChecker.Flaw.REORDERED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.ChannelName;
import dev.herald.api.Envelope;
import dev.herald.api.Position;
import dev.herald.hub.HistoryChecker.Entry;
import dev.herald.hub.HistoryChecker.Finding;
import dev.herald.hub.HistoryChecker.Heard;
import dev.herald.hub.HistoryChecker.ToldLoss;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HistoryCheckerTest {

    private final HistoryChecker checker =
            new HistoryChecker(ChannelName.NEWS, "epoch", List.of("a", "b", "c", "d", "e"));

    @Test
    void findsNothingWrongWithEachMessageOnceInOrder() {
        assertThat(checker.check(heard(1, 2, 3, 4, 5))).isEmpty();
    }

    @Test
    void findsWhatIsLostAtTheEnd() {
        assertThat(checker.check(heard(1, 2, 3))).containsExactly(new Finding(LOST, 4), new Finding(LOST, 5));
        assertThat(checker.check(List.of())).hasSize(5);
    }

    @Test
    void findsAHole() {
        assertThat(checker.check(heard(1, 2, 4, 5))).containsExactly(new Finding(HOLE, 3));
        assertThat(checker.check(heard(2, 3, 4, 5))).containsExactly(new Finding(HOLE, 1));
    }

    @Test
    void findsADouble() {
        assertThat(checker.check(heard(1, 2, 2, 3, 4, 5))).containsExactly(new Finding(DOUBLE, 2));
        assertThat(checker.check(heard(1, 2, 3, 4, 5, 1))).containsExactly(new Finding(DOUBLE, 1));
    }

    @Test
    void findsWhatIsOutOfOrder() {
        assertThat(checker.check(heard(1, 3, 2, 4, 5))).containsExactly(new Finding(REORDERED, 2));
    }

    @Test
    void findsWhatWasNotPublishedThere() {
        var others = List.of(
                message(ChannelName.NEWS, new Position("epoch", 2), "x"),
                message(ChannelName.NEWS, new Position("other", 2), "b"),
                message(new ChannelName("room"), new Position("epoch", 2), "b"),
                message(null, new Position("epoch", 2), "b"));
        for (var other : others) {
            var history = heard(1, 2, 3, 4, 5);
            history.set(1, new Heard(other));

            assertThat(checker.check(history)).containsExactly(new Finding(FOREIGN, 2), new Finding(HOLE, 2));
        }
    }

    @Test
    void findsWhatHasNoPlaceInTheChannel() {
        var history = heard(1, 2, 3, 4, 5);
        history.add(2, new Heard(message(ChannelName.NEWS, null, "b")));
        history.add(4, new Heard(message(ChannelName.NEWS, new Position("epoch", 6), "f")));

        assertThat(checker.check(history)).containsExactly(new Finding(FOREIGN, 0), new Finding(FOREIGN, 6));
    }

    @Test
    void excusesALossThatWasTold() {
        assertThat(checker.check(heardThenTold(2, 4, 5))).isEmpty();
        assertThat(checker.check(heardThenTold(2, 5))).isEmpty();
    }

    @Test
    void excusesNoMoreThanWasTold() {
        assertThat(checker.check(heardThenTold(2, 3, 5))).containsExactly(new Finding(HOLE, 4));
        assertThat(checker.check(heardThenTold(2, 4))).containsExactly(new Finding(LOST, 5));
        assertThat(checker.check(heardThenTold(2, 4, 3, 5))).containsExactly(new Finding(REORDERED, 3));
    }

    private static List<Entry> heard(int... offsets) {
        var history = new ArrayList<Entry>();
        for (var offset : offsets) {
            var text = "" + (char) ('a' + offset - 1);
            history.add(new Heard(message(ChannelName.NEWS, new Position("epoch", offset), text)));
        }
        return history;
    }

    /** Heard 1 to {@code heard}, was then told of a loss up to {@code told}, and heard these. */
    private static List<Entry> heardThenTold(int heard, int told, int... later) {
        var history = new ArrayList<Entry>();
        for (var offset = 1; offset <= heard; offset++) {
            history.addAll(heard(offset));
        }
        history.add(new ToldLoss(new Position("epoch", told)));
        history.addAll(heard(later));
        return history;
    }

    private static Envelope message(ChannelName channel, Position position, String text) {
        return new Envelope(channel, position, "news", null, null, Instant.EPOCH, text);
    }
}
