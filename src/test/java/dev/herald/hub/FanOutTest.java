package dev.herald.hub;

import static dev.herald.hub.LogContract.await;
import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.WARNING;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.ChannelName;
import dev.herald.api.Person;
import dev.herald.api.Receipt;
import dev.herald.api.RefusedException;
import dev.herald.concurrent.WriteBatch;
import dev.herald.testing.Allocation;
import dev.herald.testing.ObserverDiary;
import dev.herald.testing.QuietLog;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How a message that is in the log reaches its recipients, and on which thread. */
class FanOutTest {

    private static final ChannelName NEWS = ChannelName.NEWS;
    private static final Person ANN = new Person("ann", "Ann");
    private static final Person BOB = new Person("bob", "Bob");

    private final Queue<Runnable> lent = new ArrayDeque<>();
    private final UnrulyLog log =
            new UnrulyLog(new MemoryLog("life", Clock.systemUTC(), new MemoryLog.Bounds(1_000, 10_000_000, 100)));
    private final Hub hub = new Hub(
            log,
            new ChannelKinds(List.of(), List.of()),
            new ObserverDiary(),
            new HubLimits(40_000, 10, 1_000),
            Clock.systemUTC(),
            lent::add);

    private void work() {
        for (var thread = lent.poll(); thread != null; thread = lent.poll()) {
            thread.run();
        }
    }

    private CompletionStage<Receipt> publish(String text) {
        return hub.publish(new Draft(NEWS, "event", ANN, null, text, null));
    }

    @Test
    void doesNotRunOnTheThreadThatCommits() {
        var client = new TestClient(BOB).connect(hub);
        log.hold();
        var receipt = publish("1").toCompletableFuture();

        log.acknowledge(0);

        assertThat(client.texts()).isEmpty();
        assertThat(receipt).isNotDone();
        work();
        assertThat(client.texts()).containsExactly("1");
        assertThat(receipt).isCompleted();
    }

    @Test
    void needsNoOtherThreadWhenTheLogAnswersAtOnce() {
        var client = new TestClient(BOB).connect(hub);

        await(publish("1"));

        assertThat(client.texts()).containsExactly("1");
        assertThat(lent).isEmpty();
    }

    @Test
    void writesWhatHasQueuedUpInOneGo() {
        var client = new TestClient(BOB) {
            int writes;
            private final Runnable write = this::write;

            private void write() {
                writes++;
                super.flush();
            }

            @Override
            public void flush() {
                if (!WriteBatch.putOff(write)) {
                    write();
                }
            }
        };
        client.connect(hub);
        log.hold();
        var receipts = IntStream.range(0, 10)
                .mapToObj(n -> publish("" + n).toCompletableFuture())
                .toList();
        IntStream.range(0, 10).forEach(log::acknowledge);
        var before = client.writes;

        work();

        assertThat(client.texts()).hasSize(10);
        assertThat(client.writes - before).isEqualTo(1);
        assertThat(receipts).allMatch(CompletableFuture::isDone);
    }

    @Test
    void refusesWhatWouldWaitWithoutEnd() {
        new TestClient(BOB).connect(hub);
        log.hold();
        for (var n = 0; n < 10_000; n++) {
            publish("" + n);
            log.acknowledge(n);
        }

        assertThat(LogContract.refusal(publish("one more"))).isEqualTo(RefusedException.Reason.OVERLOADED);

        work();
        log.holdNoMore();
        assertThat(await(publish("one more")).position().offset()).isEqualTo(10_001);
    }

    @Test
    void cutsOffARecipientThatThrowsAndServesTheOthers() {
        var first = new TestClient(BOB).connect(hub);
        var failing = new TestClient(BOB) {
            @Override
            public boolean offer(Delivery delivery) {
                throw new StackOverflowError("planted");
            }
        };
        failing.connect(hub);
        var last = new TestClient(BOB).connect(hub);

        assertThat(await(publish("1")).position().offset()).isEqualTo(1);
        await(publish("2"));

        assertThat(failing.hasFallenBehind()).isTrue();
        assertThat(first.texts()).containsExactly("1", "2");
        assertThat(last.texts()).containsExactly("1", "2");
    }

    @Test
    void cutsOffARecipientThatCannotBeWrittenToAndServesTheOthers() {
        QuietLog.allow(ERROR, "is cut off from channel news", "planted");
        var failing = new TestClient(BOB) {
            private boolean broken;

            @Override
            public void flush() {
                if (broken) {
                    throw new IllegalStateException("planted");
                }
            }
        };
        failing.connect(hub);
        failing.broken = true;
        var last = new TestClient(BOB).connect(hub);

        assertThat(await(publish("1")).position().offset()).isEqualTo(1);

        assertThat(failing.hasFallenBehind()).isTrue();
        assertThat(last.texts()).containsExactly("1");
    }

    @Test
    void endsWhenTheLogDoesNotShowWhatItTook() {
        QuietLog.allow(WARNING, "channel news is cut off", "the log took message");
        var client = new TestClient(BOB).connect(hub);
        log.hold();
        var first = publish("1").toCompletableFuture();
        var second = publish("2").toCompletableFuture();
        log.hidesMessages();

        log.acknowledge(1);
        work();

        assertThat(second).isCompleted();
        assertThat(client.hasFallenBehind()).isTrue();
        log.acknowledge(0);
        work();
        assertThat(first).isCompleted();
    }

    @Test
    void leavingCostsTheSameHoweverManyThereAre() {
        var connections = 8_000;

        Allocation.isInProportion(connections, 12_000, () -> {
            var clients = IntStream.range(0, connections)
                    .mapToObj(n -> new TestClient(new Person("person-" + n, "Person")).connect(hub))
                    .toList();
            clients.forEach(client -> client.member().disconnect("all go"));
        });
    }
}
