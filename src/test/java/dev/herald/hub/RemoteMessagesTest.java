package dev.herald.hub;

import static java.lang.System.Logger.Level.WARNING;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.ChannelName;
import dev.herald.api.Connection;
import dev.herald.api.Envelope;
import dev.herald.api.Person;
import dev.herald.api.Position;
import dev.herald.testing.FakeSubscriber;
import dev.herald.testing.NoObservers;
import dev.herald.testing.QuietLog;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What waits of other nodes' messages while no thread is free. */
class RemoteMessagesTest {

    private static final ChannelName ROOM = new ChannelName("room");
    private static final int SIZE = 1024 * 1024;

    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final MemoryLog log = new MemoryLog("here", Clock.systemUTC(), new MemoryLog.Bounds(1_000, 1L << 32, 10));
    private final Hub hub = new Hub(
            log,
            new ChannelKinds(List.of(), List.of("*")),
            Devices.NONE,
            new NoObservers(),
            ObjectJson.NONE,
            new HubLimits(10, 10, 100),
            Clock.systemUTC(),
            Neighbours.NONE,
            tasks::add);

    private void hear(long offset) {
        hub.remote()
                .heard(new Envelope(
                        ROOM,
                        new Position("there", offset),
                        "news",
                        new Person("ann", "Ann"),
                        null,
                        Instant.EPOCH,
                        "\"" + "x".repeat(SIZE) + "\"",
                        Set.of()));
    }

    private void work() {
        for (var task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    @Test
    void waitsForAThreadWithNoMoreThanSoManyBytes() {
        var subscriber = new FakeSubscriber(new Connection("bob-1", new Person("bob", "Bob")));
        hub.connect(subscriber).join(ROOM);
        QuietLog.expect(WARNING, "too much of what other nodes say waits");
        var most = (int) (RemoteMessages.WAITING_BYTES / SIZE);

        for (var offset = 1; offset <= 2 * most; offset++) {
            hear(offset);
        }
        work();
        assertThat(log.head(ROOM).offset()).isBetween(most - 2L, (long) most);

        var kept = log.head(ROOM).offset();
        hear(1_000);
        work();
        assertThat(log.head(ROOM).offset()).as("there is room again").isEqualTo(kept + 1);
    }
}
