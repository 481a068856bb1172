package dev.herald.hub;

import static dev.herald.hub.LogContract.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.ChannelName;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What operators are told of messages is what has happened to them. */
class HubFiguresTest extends HubFixture {

    private void assertCounted(long in, long out, long acknowledged, long delivered) {
        var figures = hub.figures();
        assertThat(figures.in()).as("in").isEqualTo(in);
        assertThat(figures.out()).as("out").isEqualTo(out);
        assertThat(figures.acknowledgements().now().count()).as("acknowledged").isEqualTo(acknowledged);
        assertThat(figures.deliveries().now().count()).as("delivered").isEqualTo(delivered);
    }

    @Test
    void eachMessageIsCountedOnceAndForEachWhoGetsIt() {
        new TestClient(ANN).connect(hub);
        new TestClient(BOB).connect(hub);
        publish(NEWS, 1, 10);
        assertCounted(10, 20, 10, 10);

        publish(ROOM, "nobody is there");
        assertCounted(11, 20, 11, 11);
    }

    @Test
    void aMessagePastTheLogHasNoLatency() {
        new TestClient(ANN).connect(hub).join(TYPING);
        await(hub.publish(draft(TYPING, "1")));
        assertCounted(1, 1, 0, 0);
    }

    @Test
    void whatIsRefusedOrRepeatedIsNotCounted() {
        new TestClient(BOB).connect(hub);
        tell(ANN, BOB, "1", "once");
        assertCounted(1, 1, 1, 1);
        tell(ANN, BOB, "1", "once");
        assertCounted(1, 1, 1, 1);

        log.refuses(any -> true);
        assertThat(hub.publish(draft(NEWS, "2")).toCompletableFuture()).isCompletedExceptionally();
        assertCounted(1, 1, 1, 1);
    }

    @Test
    void theCopyForTheSenderIsQueuedButIsNoMessageOfItsOwn() {
        new TestClient(ANN).connect(hub);
        new TestClient(BOB).connect(hub);
        tell(ANN, BOB, "1", "once");
        assertCounted(1, 2, 1, 1);
    }

    @Test
    void whoIsExceptedIsNotCounted() {
        var ann = new TestClient(ANN).connect(hub);
        new TestClient(BOB).connect(hub);
        var except = Set.of(ann.connection().id());
        await(hub.publish(new Draft(NEWS, "event", ANN, null, "1", null, except)));
        ann.join(TYPING);
        await(hub.publish(new Draft(TYPING, "event", ANN, null, "1", null, except)));
        assertCounted(2, 1, 1, 1);
    }

    @Test
    void whoHasNoRoomIsNotCounted() {
        var slow = new TestClient(BOB, 3).connect(hub);
        slow.join(TYPING);
        slow.stopReading();
        publish(TYPING, 1, 3);
        publish(TYPING, "missed");
        assertCounted(4, 3, 0, 0);
        publish(NEWS, "missed as well");
        assertCounted(5, 3, 1, 1);
    }

    @Test
    void whatIsCaughtUpOnIsCountedWhenItIsQueued() {
        publish(NEWS, 1, 5);
        assertCounted(5, 0, 5, 5);
        var bob = new TestClient(BOB).connect(hub);
        bob.join(NEWS, at(NEWS, 2));
        assertThat(bob.texts()).containsExactly("3", "4", "5");
        assertCounted(5, 3, 5, 5);
    }

    @Test
    void aHealthCheckIsNoMessageAndNoChannel() throws Exception {
        new TestClient(ANN).connect(hub);
        var channels = hub.figures().channels();
        hub.roundTrip(Duration.ofSeconds(5));
        assertCounted(0, 0, 0, 0);
        assertThat(hub.figures().channels()).isEqualTo(channels).isEqualTo(2);
    }

    @Test
    void channelsAreThoseThatSomebodyIsIn() {
        var ann = new TestClient(ANN).connect(hub);
        publish(new ChannelName("empty"), "1");
        ann.join(ROOM);
        assertThat(hub.figures().channels()).isEqualTo(3);
        ann.member().disconnect("gone");
        assertThat(hub.figures().channels()).isZero();
    }

    @Test
    void onlyWhoReadsTooSlowlyIsASlowReader() {
        var slow = new TestClient(BOB).connect(hub);
        slow.member().disconnect("slow reader");
        new TestClient(CID).connect(hub).member().disconnect("connection lost");
        assertThat(hub.figures().slowReaders()).isEqualTo(1);
    }
}
