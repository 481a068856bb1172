package dev.herald.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.herald.api.ChannelName;
import dev.herald.api.Person;
import dev.herald.api.Position;
import dev.herald.testing.ObserverDiary;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Nobody but who reads waits for a log that does not answer. */
@Timeout(30)
class SlowLogTest {

    private static final ChannelName ROOM = new ChannelName("room");
    private static final ChannelName OTHER = new ChannelName("other");

    private final UnrulyLog log =
            new UnrulyLog(new MemoryLog("life", Clock.systemUTC(), new MemoryLog.Bounds(100, 1_000_000, 100)));
    private final Hub hub = new Hub(
            log,
            new ChannelKinds(List.of(), List.of()),
            new ObserverDiary(),
            new HubLimits(10, 1, 100),
            Clock.systemUTC(),
            Runnable::run);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final TestClient client = new TestClient(new Person("ann", "Ann")).connect(hub);
    private final Member member = client.member();
    private final Semaphore arrived = new Semaphore(0);
    private final CountDownLatch open = new CountDownLatch(1);

    @AfterEach
    void stopThreads() {
        open.countDown();
        threads.shutdownNow();
    }

    /** Returns once the join waits for the log. */
    private Future<Optional<Subscription>> joinSlowly(ChannelName channel) throws InterruptedException {
        log.beforeReading(one -> {
            if (one.equals(channel)) {
                arrived.release();
                CatchUpTest.awaitLatch(open);
            }
        });
        var joined = threads.submit(() -> member.join(channel, null));
        assertThat(arrived.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
        return joined;
    }

    private <T> T get(Future<T> future) throws Exception {
        open.countDown();
        return future.get(10, TimeUnit.SECONDS);
    }

    @Test
    void holdsUpNobodyElseWhileAChannelIsJoined() throws Exception {
        var joined = joinSlowly(ROOM);

        assertThat(member.channels()).contains(ChannelName.NEWS).doesNotContain(ROOM);
        assertThat(member.send("hello", "1")).isTrue();
        assertThat(member.places()).hasSize(2);
        assertThat(member.leave(OTHER)).isFalse();
        member.resume();

        assertThat(get(joined)).isPresent();
        assertThat(member.channels()).contains(ROOM);
    }

    @Test
    void doesNotKeepAConnectionFromEnding() throws Exception {
        var joined = joinSlowly(ROOM);

        member.disconnect("gone");

        assertThat(get(joined)).isEmpty();
        assertThat(member.channels()).isEmpty();
        assertThat(hub.presence().people(ROOM)).isEmpty();
        assertThat(hub.presence().connections("/")).isEmpty();
    }

    @Test
    void letsTheLaterJoinWin() throws Exception {
        var earlier = joinSlowly(ROOM);
        log.beforeReading(one -> {});
        var later = member.join(ROOM, null).orElseThrow();
        later.start(started -> true);

        var overtaken = get(earlier).orElseThrow();

        overtaken.start(started -> {
            throw new AssertionError("has ended, and is not announced");
        });
        LogContract.await(hub.publish(new Draft(ROOM, "event", null, null, "1", null)));
        assertThat(client.texts(ROOM)).containsExactly("1");
    }

    @Test
    void doesNotLoseWhatAClientGoesOnWithWhenABeanPutsItInMeanwhile() {
        LogContract.await(hub.publish(new Draft(ROOM, "event", null, null, "1", null)));
        var begin = new Position(log.head(ROOM).epoch(), 0);
        log.afterNextSince(() -> assertThat(member.join(ROOM)).isTrue());

        var outcome = client.join(ROOM, begin);
        LogContract.await(hub.publish(new Draft(ROOM, "event", null, null, "2", null)));

        assertThat(outcome.recovered()).isTrue();
        assertThat(client.texts(ROOM)).containsExactly("1", "2");
    }

    @Test
    void letsNobodyIntoMoreChannelsThanAllowed() throws Exception {
        var joined = joinSlowly(ROOM);
        member.join(OTHER, null);

        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> get(joined))
                .withCauseInstanceOf(LimitException.class);
        assertThat(hub.presence().people(ROOM)).isEmpty();
    }

    @Test
    void putsAConnectionIntoAChannelOnce() throws Exception {
        log.beforeReading(one -> {
            arrived.release();
            CatchUpTest.awaitLatch(open);
        });
        var first = threads.submit(() -> member.join(ROOM));
        var second = threads.submit(() -> member.join(ROOM));
        assertThat(arrived.tryAcquire(2, 10, TimeUnit.SECONDS)).isTrue();
        open.countDown();

        assertThat(List.of(get(first), get(second))).containsExactlyInAnyOrder(true, false);
        LogContract.await(hub.publish(new Draft(ROOM, "event", null, null, "1", null)));
        assertThat(client.texts(ROOM)).containsExactly("1");
    }
}
