package dev.herald.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A bus by a server in memory, and what it makes of a server that does wrong. */
class PartitionedBusTest extends BusContract {

    private final FakeCarrier server = new FakeCarrier();

    @Override
    Carrier carrier() {
        return server;
    }

    @Override
    void cut() {
        server.cut();
    }

    @Override
    void stop() {
        server.stop();
    }

    @Override
    void restart() {
        server.restart();
    }

    @Override
    BusPace pace() {
        return new BusPace(
                Duration.ofMillis(50),
                Duration.ofMillis(1_500),
                Duration.ofMillis(1),
                Duration.ofMillis(50),
                Duration.ofSeconds(2),
                Duration.ofSeconds(1));
    }

    @Test
    void doesNotBelieveThatItHearsBehindAPoolerThatPassesNothingOn() throws Exception {
        server.isMute = true;
        var diary = new BusDiary();
        var bob = create();
        bob.listen("news");
        bob.start(diary);
        await().atMost(BusDiary.PATIENCE).until(() -> server.calls > 20);
        assertThat(diary.lines()).isEmpty();
        assertThat(bob.state().hearing()).isFalse();

        server.isMute = false;

        diary.awaitLine("hearing");
        assertThat(diary.lines()).containsExactly("hearing");
    }

    @Test
    void isDeafWhenNothingComesBackAlthoughTheConnectionStays() throws Exception {
        var diary = new BusDiary();
        listening(diary, "news");

        server.isMute = true;

        diary.awaitLine("deaf");
        server.isMute = false;
        diary.awaitLines("hearing", 2);
        assertThat(diary.lines()).containsExactly("hearing", "deaf", "hearing");
    }

    @Test
    void goesOnAfterSomethingThatTheServerNeverTakes() throws Exception {
        var diary = new BusDiary();
        listening(diary, "news");
        var ann = telling();
        server.poison = "poison";

        ann.tell("news", "poison");
        await().atMost(BusDiary.PATIENCE).until(() -> ann.state().dropped() == 1);
        ann.tell("news", "water");

        diary.awaitHeard("news: water");
        assertThat(diary.heard()).containsExactly("news: water");
    }

    @Test
    void saysMuchWithFewCalls() throws Exception {
        var diary = new BusDiary();
        listening(diary, "news");
        var ann = telling();
        var before = server.calls;

        synchronized (server) {
            for (var n = 0; n < 1_000; n++) {
                ann.tell("news", "number " + n);
            }
        }

        diary.awaitHeard(1_000);
        assertThat(server.calls - before).isLessThan(50);
    }

    @Test
    void dropsWhatWaitsForTooLong() throws Exception {
        var diary = new BusDiary();
        listening(diary, "news");
        var ann = telling();
        server.stop();
        diary.awaitLine("deaf");
        ann.tell("news", "old");
        await().pollDelay(pace().shelfLife().plusMillis(100)).until(() -> true);

        server.restart();

        diary.awaitLines("hearing", 2);
        await().atMost(BusDiary.PATIENCE).until(() -> ann.state().hearing());
        ann.tell("news", "new");
        diary.awaitHeard("news: new");
        assertThat(diary.heard()).containsExactly("news: new");
    }

    @Test
    void leavesNoConnectionOpen() throws Exception {
        var bob = telling();

        bob.close();

        assertThat(server.connections()).isZero();
    }

    @Test
    void startsOnlyOnce() throws Exception {
        var bob = telling();

        assertThatThrownBy(() -> bob.start(new BusDiary())).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void refusesANameOfAClusterThatAServerMightNotTake() {
        for (var wrong : new String[] {"", "x".repeat(41), "a b", "a\"b", "名前"}) {
            assertThatThrownBy(() -> new ClusterName(wrong)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void waitsForTheNameOfItsCluster() throws Exception {
        var name = cluster;
        cluster = null;
        var diary = new BusDiary();
        var bob = create();
        bob.listen("news");
        bob.start(diary);
        var ann = create();
        ann.start(new BusDiary());
        ann.tell("news", "told before");
        assertThat(server.connections()).isZero();

        cluster = name;

        diary.awaitLine("hearing");
        ann.tell("news", "hello");
        diary.awaitHeard("news: hello");
    }
}
