package dev.herald.cluster;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.WARNING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.herald.testing.FakeTimer;
import dev.herald.testing.QuietLog;
import java.net.URI;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The lives of a node, by a clock and a database that do what the test says. */
class LeasedNodesTest {

    private static final Nodes.Self SELF = new Nodes.Self("http://*:8080/herald", "1.0");
    private static final Nodes.Node BOB = new Nodes.Node("bob", URI.create("http://bob:8080/"), "1.0");
    private static final Nodes.Node EVE = new Nodes.Node("eve", URI.create("http://eve:8080/"), "0.9");

    private final FakeTimer timer = new FakeTimer();
    private final FakeTable table = new FakeTable();
    private final NodesDiary diary = new NodesDiary();
    private long now = Long.MAX_VALUE - Duration.ofSeconds(30).toNanos();

    /** With the test's thread as every thread. */
    private final LeasedNodes node = new LeasedNodes(table, () -> now, Runnable::run, timer.asExecutor());

    /** The leases of a database that answers at once, too late, or not at all. */
    private final class FakeTable extends LeaseTable {

        final List<Lease> others = new ArrayList<>();
        final List<String> calls = new ArrayList<>();
        Nodes.Node inTheWay;
        boolean isAway;
        boolean lostMyLease;
        Duration pause = Duration.ZERO;

        FakeTable() {
            super(null, SELF);
        }

        @Override
        Optional<Nodes.Node> join(String me, String last) throws SQLException {
            answer("join " + me + " after " + last);
            return Optional.ofNullable(inTheWay);
        }

        @Override
        Renewal renew(String me) throws SQLException {
            answer("renew " + me);
            return new Renewal(!lostMyLease, List.copyOf(others));
        }

        @Override
        void leave(String me) throws SQLException {
            answer("leave " + me);
        }

        private void answer(String call) throws SQLException {
            calls.add(call);
            if (isAway) {
                throw new SQLException("nobody answers");
            }
            now += pause.toNanos();
        }
    }

    private void pass(Duration time) {
        now += time.toNanos();
        timer.tick();
    }

    @Test
    void livesAsSoonAsItHasALease() {
        assertThat(node.isAlive()).isFalse();

        node.start(diary);

        assertThat(node.isAlive()).isTrue();
        assertThat(node.me()).matches("[A-Za-z0-9_-]{12}");
        assertThat(diary.lines()).containsExactly("alive " + node.me());
        assertThatThrownBy(() -> node.start(diary)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void renewsItsLeaseEachTwoSecondsByOneStatement() {
        node.start(diary);
        table.calls.clear();

        for (var n = 0; n < 40; n++) {
            pass(LeasedNodes.TICK);
        }

        assertThat(table.calls).hasSize(10).containsOnly("renew " + node.me());
        assertThat(node.isAlive()).isTrue();
    }

    @Test
    void isToldOfEachNodeOnce() {
        table.others.add(new LeaseTable.Lease(BOB, true, false));
        node.start(diary);
        assertThat(node.others()).containsExactly(BOB);

        pass(LeasedNodes.RENEWAL);
        table.others.add(new LeaseTable.Lease(EVE, true, false));
        pass(LeasedNodes.RENEWAL);
        pass(LeasedNodes.RENEWAL);
        table.others.set(0, new LeaseTable.Lease(BOB, false, false));
        pass(LeasedNodes.RENEWAL);
        table.others.clear();
        pass(LeasedNodes.RENEWAL);
        pass(LeasedNodes.RENEWAL);

        assertThat(diary.lines())
                .containsExactly("alive " + node.me(), "joined bob", "joined eve", "died bob", "left eve");
        assertThat(node.others()).isEmpty();
        assertThat(node.other("bob")).isEmpty();
    }

    @Test
    void keepsHouseWhileNoOtherNodeThatLivesWasThereBefore() {
        table.others.add(new LeaseTable.Lease(BOB, true, true));
        table.others.add(new LeaseTable.Lease(EVE, true, false));
        assertThat(node.isHousekeeper()).isFalse();
        node.start(diary);
        assertThat(node.isHousekeeper()).isFalse();

        table.others.set(0, new LeaseTable.Lease(BOB, false, true));
        pass(LeasedNodes.RENEWAL);
        assertThat(node.isHousekeeper()).isTrue();

        table.isAway = true;
        pass(LeaseTable.LEASE);
        assertThat(node.isHousekeeper()).as("its own lease is over").isFalse();
        QuietLog.allow(WARNING, "the lease of this node");
    }

    @Test
    void isToldNothingOfNodesThatWereDeadBefore() {
        table.others.add(new LeaseTable.Lease(BOB, false, false));

        node.start(diary);

        assertThat(diary.lines()).containsExactly("alive " + node.me());
    }

    @Test
    void isOverWhenTheDatabaseIsSilentForALease() {
        QuietLog.expect(WARNING, "is over");
        QuietLog.allow(WARNING, "is not renewed");
        node.start(diary);
        var first = node.me();
        pass(LeasedNodes.RENEWAL);
        table.isAway = true;
        for (var n = 0; n < 19; n++) {
            pass(LeasedNodes.TICK);
        }
        assertThat(node.isAlive()).isTrue();

        now += LeasedNodes.TICK.toNanos();

        assertThat(node.isAlive()).as("before anybody is told").isFalse();
        timer.tick();
        pass(Duration.ofSeconds(5));
        pass(Duration.ofMinutes(5));
        assertThat(diary.lines()).containsExactly("alive " + first, "over " + first);
        assertThat(node.me()).isEqualTo(first);
    }

    @Test
    void countsFromWhenTheRenewalWasSent() {
        QuietLog.expect(WARNING, "is over");
        node.start(diary);
        table.pause = Duration.ofSeconds(4);
        pass(LeasedNodes.RENEWAL);
        table.isAway = true;
        QuietLog.allow(WARNING, "is not renewed");

        now += Duration.ofSeconds(6).toNanos() - 1;
        assertThat(node.isAlive()).isTrue();
        now++;
        assertThat(node.isAlive()).isFalse();
        timer.tick();

        assertThat(diary.lines()).endsWith("over " + node.me());
    }

    @Test
    void isOverWhenItWasPausedAndTheAnswerComesTooLate() {
        QuietLog.expect(WARNING, "is over");
        node.start(diary);
        table.pause = LeaseTable.LEASE;

        pass(LeasedNodes.RENEWAL);

        assertThat(node.isAlive()).isFalse();
        assertThat(diary.lines()).containsExactly("alive " + node.me(), "over " + node.me());
    }

    @Test
    void isOverWhenTheDatabaseSaysSo() {
        QuietLog.expect(WARNING, "is over");
        node.start(diary);
        table.others.add(new LeaseTable.Lease(BOB, true, false));
        table.lostMyLease = true;

        pass(LeasedNodes.RENEWAL);
        pass(LeasedNodes.RENEWAL);

        assertThat(diary.lines()).containsExactly("alive " + node.me(), "over " + node.me());
    }

    @Test
    void hearsThatItIsOverBeforeAnythingElse() {
        QuietLog.expect(WARNING, "is over");
        node.start(new Nodes.Listener() {
            @Override
            public void alive(String me) {
                diary.alive(me);
            }

            @Override
            public void joined(Nodes.Node one) {
                if (node.isAlive()) {
                    // While this lasts, and another call waits, the lease ends.
                    pass(LeaseTable.LEASE);
                }
                diary.joined(one);
            }

            @Override
            public void left(Nodes.Node one, boolean orderly) {
                diary.left(one, orderly);
            }

            @Override
            public void over(String me, boolean heldStill) {
                diary.over(me, heldStill);
            }
        });
        table.others.add(new LeaseTable.Lease(BOB, true, false));
        table.others.add(new LeaseTable.Lease(EVE, true, false));

        pass(LeasedNodes.RENEWAL);

        assertThat(diary.lines())
                .containsExactly("alive " + node.me(), "joined bob", "over " + node.me(), "joined eve");
    }

    @Test
    void saysWhetherItHasHeldStillOrOnlyTheDatabaseWasAway() {
        QuietLog.allow(WARNING, "is over");
        QuietLog.allow(WARNING, "is not renewed");
        node.start(diary);
        table.isAway = true;
        for (var n = 0; n < 30; n++) {
            pass(LeasedNodes.TICK);
        }
        assertThat(diary.lines()).contains("over " + node.me());
        assertThat(diary.heldStillLast()).isFalse();

        table.isAway = false;
        node.beginAnew();
        pass(LeasedNodes.RENEWAL);
        pass(LeaseTable.LEASE);
        assertThat(diary.heldStillLast()).isTrue();
    }

    @Test
    void beginsAnewOnlyWhenItIsTold() {
        QuietLog.expect(WARNING, "is over");
        node.start(diary);
        var first = node.me();
        assertThatThrownBy(node::beginAnew).isInstanceOf(IllegalStateException.class);
        pass(LeaseTable.LEASE);
        pass(LeaseTable.LEASE);
        assertThat(node.isAlive()).isFalse();
        table.calls.clear();

        var second = node.beginAnew();

        assertThat(second).isEqualTo(node.me()).isNotEqualTo(first);
        assertThat(node.isAlive()).isTrue();
        assertThat(table.calls).startsWith("join " + second + " after " + first);
        assertThat(diary.lines()).containsExactly("alive " + first, "over " + first, "alive " + second);
        assertThatThrownBy(node::beginAnew).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void waitsForADatabaseThatIsAwayAtFirst() {
        QuietLog.expect(WARNING, "is not renewed");
        table.isAway = true;
        node.start(diary);
        pass(LeasedNodes.RENEWAL);
        pass(LeaseTable.LEASE);
        assertThat(diary.lines()).isEmpty();
        assertThat(node.isAlive()).isFalse();

        table.isAway = false;
        pass(LeasedNodes.RENEWAL);

        assertThat(diary.lines()).containsExactly("alive " + node.me());
    }

    @Test
    void doesNotLiveBesideOneThatSpeaksInAnotherWay() {
        QuietLog.expect(WARNING, "cannot live beside the node eve at http://eve:8080/ of version 0.9");
        table.inTheWay = EVE;
        node.start(diary);
        pass(LeasedNodes.RENEWAL);
        pass(LeaseTable.LEASE);
        assertThat(node.isAlive()).isFalse();
        assertThat(diary.lines()).isEmpty();

        table.inTheWay = null;
        pass(LeasedNodes.RENEWAL);

        assertThat(diary.lines()).containsExactly("alive " + node.me());
    }

    @Test
    void tellsTheOthersThatItLeaves() {
        node.start(diary);

        node.close();
        node.close();
        pass(LeaseTable.LEASE);

        assertThat(table.calls).endsWith("leave " + node.me()).containsOnlyOnce("leave " + node.me());
        assertThat(node.isAlive()).isFalse();
        assertThat(diary.lines()).doesNotContain("over " + node.me());
    }

    @Test
    void leavesAlsoWhenTheDatabaseIsAway() {
        node.start(diary);
        table.isAway = true;

        node.close();

        assertThat(node.isAlive()).isFalse();
    }

    @Test
    void tellsTheNextWhenTheListenerThrows() {
        QuietLog.expect(ERROR, "was not handled");
        table.others.add(new LeaseTable.Lease(BOB, true, false));

        node.start(new Nodes.Listener() {
            @Override
            public void alive(String me) {
                throw new IllegalStateException("on purpose");
            }

            @Override
            public void joined(Nodes.Node one) {
                diary.joined(one);
            }

            @Override
            public void left(Nodes.Node one, boolean orderly) {
                diary.left(one, orderly);
            }

            @Override
            public void over(String me, boolean heldStill) {
                diary.over(me, heldStill);
            }
        });

        assertThat(diary.lines()).containsExactly("joined bob");
    }

    @Test
    void takesOnlyAnAddressAtWhichOthersReachIt() {
        for (var wrong :
                List.of("", "herald", "ftp://host/", "http://", "http:///path", "http://x/" + "y".repeat(500))) {
            assertThatThrownBy(() -> new Nodes.Self(wrong, "1")).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(new Nodes.Self("http://*", "1")).isNotNull();
        assertThat(new Nodes.Self("https://[::1]:8443/a", "1")).isNotNull();
        assertThat(new Nodes.Self("http://node-1.example:8080", "1")).isNotNull();
    }

    @Test
    void aNodeThatIsAloneLivesUntilItsEnd() {
        var alone = Nodes.alone();

        alone.start(diary);

        assertThat(alone.isAlive()).isTrue();
        assertThat(alone.others()).isEmpty();
        assertThat(diary.lines()).containsExactly("alive " + alone.me());
        alone.close();
    }
}
