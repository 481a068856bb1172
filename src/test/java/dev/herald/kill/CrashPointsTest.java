package dev.herald.kill;

import static dev.herald.kill.CrashPoints.Point.AFTER_ACK;
import static dev.herald.kill.CrashPoints.Point.AFTER_COMMIT;
import static dev.herald.kill.CrashPoints.Point.AFTER_PUSH;
import static dev.herald.kill.CrashPoints.Point.BEFORE_COMMIT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.Position;
import dev.herald.kill.CrashPoints.Point;
import dev.herald.kill.History.Acked;
import dev.herald.kill.History.Event;
import dev.herald.kill.History.Killed;
import dev.herald.kill.History.Received;
import dev.herald.kill.History.Restarted;
import dev.herald.kill.History.Tried;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CrashPointsTest {

    private static final Position PLACE = new Position("epoch", 1);
    private static final Event TRIED = new Tried("ann", "news", "a1");
    private static final Event ACKED = new Acked("ann", "news", "a1", PLACE, false);
    private static final Event ACKED_AGAIN = new Acked("ann", "news", "a1", PLACE, true);
    private static final Event ONE_HAS_IT = new Received("one", "news", PLACE, "a1");
    private static final Event TWO_HAS_IT = new Received("two", "news", PLACE, "a1");
    private static final Event KILLED = new Killed();
    private static final Event RESTARTED = new Restarted();

    @Test
    void isNoneWhenAllWasDone() {
        assertHit(List.of(TRIED, ACKED, ONE_HAS_IT, TWO_HAS_IT, KILLED, RESTARTED));
        assertHit(List.of(KILLED, RESTARTED, TRIED, ACKED, ONE_HAS_IT));
    }

    @Test
    void isNoneWhenTheServerWasDeadWhenTheMessageWasSent() {
        assertHit(List.of(KILLED, TRIED, RESTARTED, TRIED, ACKED));
    }

    @Test
    void isBeforeCommitWhenTheRepetitionIsNew() {
        assertHit(List.of(TRIED, KILLED, RESTARTED, TRIED, ACKED, ONE_HAS_IT), BEFORE_COMMIT);
    }

    @Test
    void isAfterCommitWhenTheRepetitionIsADuplicateThatNobodyHad() {
        assertHit(List.of(TRIED, KILLED, RESTARTED, ONE_HAS_IT, TRIED, ACKED_AGAIN), AFTER_COMMIT);
    }

    @Test
    void isAfterPushWhenSomebodyHadItAndThePublisherDidNotKnow() {
        assertHit(List.of(TRIED, ONE_HAS_IT, KILLED, RESTARTED, TRIED, ACKED_AGAIN), AFTER_PUSH);
        assertHit(List.of(TRIED, KILLED, ONE_HAS_IT, RESTARTED, TRIED, ACKED_AGAIN), AFTER_PUSH);
    }

    @Test
    void isAfterAckWhenTheSubscriberGotItFromTheNextServer() {
        assertHit(List.of(TRIED, ACKED, KILLED, RESTARTED, ONE_HAS_IT), AFTER_ACK);
    }

    @Test
    void isBothWhenOnlyOneSubscriberHadIt() {
        assertHit(List.of(TRIED, ACKED, ONE_HAS_IT, KILLED, RESTARTED, TWO_HAS_IT), AFTER_ACK, AFTER_PUSH);
    }

    private static void assertHit(List<Event> events, Point... points) {
        Map<Point, Integer> expected = new EnumMap<>(Point.class);
        for (var point : Point.values()) {
            expected.put(point, Arrays.asList(points).contains(point) ? 1 : 0);
        }
        assertThat(CrashPoints.count(events)).isEqualTo(expected);
    }
}
