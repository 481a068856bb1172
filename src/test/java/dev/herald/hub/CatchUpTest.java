package dev.herald.hub;

import static dev.herald.hub.LogContract.await;
import static java.lang.System.Logger.Level.WARNING;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.ChannelName;
import dev.herald.api.Person;
import dev.herald.api.Position;
import dev.herald.testing.ErrorLog;
import dev.herald.testing.ObserverDiary;
import dev.herald.testing.QuietLog;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who reads the log for those who come back, and when. */
@Timeout(30)
class CatchUpTest {

    private static final ChannelName ROOM = new ChannelName("room");
    private static final ChannelName OTHER = new ChannelName("other");
    private static final Person ANN = new Person("ann", "Ann");

    private final UnrulyLog log =
            new UnrulyLog(new MemoryLog("life", Clock.systemUTC(), new MemoryLog.Bounds(1_000, 10_000_000, 100)));
    private final Queue<Runnable> lent = new ArrayDeque<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void stopThreads() {
        threads.shutdownNow();
    }

    private Hub hub(Executor executor) {
        return new Hub(
                log,
                new ChannelKinds(List.of(), List.of()),
                new ObserverDiary(),
                new HubLimits(1_000, 10, 1_000),
                Clock.systemUTC(),
                executor);
    }

    private void work() {
        for (var thread = lent.poll(); thread != null; thread = lent.poll()) {
            thread.run();
        }
    }

    @Test
    void theCallersThreadReadsNothing() {
        var hub = hub(lent::add);
        publish(hub, ROOM, 300);
        var client = new TestClient(ANN).connect(hub);
        var subscription = client.member().join(ROOM, beginning(ROOM)).orElseThrow();
        var replays = log.replays();

        subscription.start(started -> true);
        client.member().resume();

        assertThat(log.replays()).isEqualTo(replays);
        assertThat(client.texts(ROOM)).isEmpty();
        work();
        assertThat(client.texts(ROOM)).isEqualTo(texts(300));
    }

    @Test
    void whoMissesNothingIsLiveAtOnce() {
        var hub = hub(lent::add);
        var client = new TestClient(ANN).connect(hub);
        client.join(ROOM);

        publish(hub, ROOM, 1);

        assertThat(client.texts(ROOM)).containsExactly("1");
        assertThat(lent).isEmpty();
    }

    @Test
    void eachPageIsReadOnceForAllWhoComeBack() {
        var hub = hub(lent::add);
        publish(hub, ROOM, 300);
        var clients = IntStream.range(0, 200)
                .mapToObj(n -> new TestClient(ANN).connect(hub))
                .toList();
        clients.forEach(client -> client.join(ROOM, beginning(ROOM)));
        var replays = log.replays();

        work();

        assertThat(clients).allSatisfy(client -> assertThat(client.texts(ROOM)).hasSize(300));
        assertThat(log.replays() - replays).isEqualTo(3);
    }

    @Test
    void takeTurnsPageByPage() {
        var hub = hub(lent::add);
        publish(hub, ROOM, 300);
        publish(hub, OTHER, 300);
        var pages = new ArrayList<ChannelName>();
        var first = new TestClient(ANN).connect(hub);
        var second = new TestClient(ANN).connect(hub);
        first.join(ROOM, beginning(ROOM));
        second.join(OTHER, beginning(OTHER));
        log.beforeReading(pages::add);

        lent.remove().run();

        assertThat(pages).containsExactly(ROOM, OTHER, ROOM, OTHER, ROOM, OTHER);
    }

    @Test
    void isNotHeldUpByAnotherChannelsSlowLog() {
        var hub = hub(threads);
        publish(hub, ROOM, 300);
        publish(hub, OTHER, 300);
        var fast = new TestClient(ANN).connect(hub);
        var slow = IntStream.range(0, 2 * CatchUps.THREADS)
                .mapToObj(n -> new TestClient(ANN).connect(hub))
                .toList();
        var waiting = slow.stream()
                .map(one -> one.member().join(OTHER, beginning(OTHER)).orElseThrow())
                .toList();
        var subscription = fast.member().join(ROOM, beginning(ROOM)).orElseThrow();
        var open = new CountDownLatch(1);
        log.beforeReading(channel -> {
            if (channel.equals(OTHER)) {
                awaitLatch(open);
            }
        });

        waiting.forEach(one -> one.start(started -> true));
        subscription.start(started -> true);

        Awaitility.await().until(() -> fast.texts(ROOM).size() == 300);
        open.countDown();
        Awaitility.await()
                .until(() -> slow.stream().allMatch(one -> one.texts(OTHER).size() == 300));
    }

    @Test
    void isTriedAgainWhenTheContainerHadNoThread() {
        var refusing = new boolean[] {true};
        var hub = hub(task -> {
            if (refusing[0]) {
                throw new RejectedExecutionException("planted");
            }
            lent.add(task);
        });
        publish(hub, ROOM, 300);
        var client = new TestClient(ANN).connect(hub);
        client.join(ROOM, beginning(ROOM));
        QuietLog.expect(WARNING, "lends no thread");
        refusing[0] = false;

        var other = new TestClient(ANN).connect(hub);
        other.join(ROOM, beginning(ROOM));
        work();

        assertThat(client.texts(ROOM)).isEqualTo(texts(300));
        assertThat(other.texts(ROOM)).isEqualTo(texts(300));
    }

    @Test
    void isToldByACutWhenTheLogDoesNotShowWhatItHas() {
        QuietLog.allow(WARNING, "is cut off", "the log");
        var hub = hub(lent::add);
        publish(hub, ROOM, 300);
        var client = new TestClient(ANN).connect(hub);
        log.hidesMessages();
        client.join(ROOM, beginning(ROOM));

        work();

        assertThat(client.hasFallenBehind()).isTrue();
        assertThat(client.texts(ROOM)).isEmpty();
    }

    @Test
    void isCutOffByAnErrorOfItsOwnAndOthersAreServed() {
        var hub = hub(lent::add);
        publish(hub, ROOM, 300);
        var failing = new TestClient(ANN) {
            @Override
            public boolean replay(Delivery delivery) {
                throw new StackOverflowError("planted");
            }
        };
        failing.connect(hub);
        failing.join(ROOM, beginning(ROOM));
        var other = new TestClient(ANN).connect(hub);
        other.join(ROOM, beginning(ROOM));

        try (var errors = new ErrorLog("dev.herald.hub")) {
            work();

            assertThat(errors.lines()).hasSizeLessThanOrEqualTo(1);
        }

        assertThat(failing.hasFallenBehind()).isTrue();
        assertThat(other.texts(ROOM)).isEqualTo(texts(300));
    }

    private Position beginning(ChannelName channel) {
        return new Position(log.head(channel).epoch(), 0);
    }

    private static void publish(Hub hub, ChannelName channel, int messages) {
        texts(messages).forEach(text -> await(hub.publish(new Draft(channel, "event", ANN, null, text, null))));
    }

    private static List<String> texts(int messages) {
        return IntStream.rangeClosed(1, messages).mapToObj(Integer::toString).toList();
    }

    static void awaitLatch(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
