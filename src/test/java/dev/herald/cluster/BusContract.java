package dev.herald.cluster;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.WARNING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.herald.hub.Bus;
import dev.herald.random.RandomIds;
import dev.herald.testing.QuietLog;
import dev.herald.testing.RealTimer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What holds for every bus. */
abstract class BusContract {

    private static final String NEWS = "news";

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Bus> buses = new ArrayList<>();
    /** So the tests do not hear each other. */
    volatile ClusterName cluster;

    /** The server that all buses of a test use. */
    abstract Carrier carrier() throws Exception;

    /** All connections of the buses to the server break, and new ones can be made. */
    abstract void cut() throws Exception;

    /** The server goes away. */
    abstract void stop() throws Exception;

    /** It comes back. */
    abstract void restart() throws Exception;

    BusPace pace() {
        return BusPace.USUAL;
    }

    @BeforeEach
    void allowLinesOfTheBus() {
        cluster = new ClusterName("test" + RandomIds.ofBytes(6));
        QuietLog.allow(WARNING, "for other nodes are dropped");
        QuietLog.allow(WARNING, "other nodes are not heard");
    }

    @AfterEach
    void closeAll() {
        buses.forEach(Bus::close);
        threads.shutdownNow();
    }

    Bus create() throws Exception {
        var bus = new PartitionedBus(
                new BusLine(carrier(), () -> Optional.ofNullable(cluster), pace(), threads, RealTimer.SHARED));
        buses.add(bus);
        return bus;
    }

    /** A bus that hears this topic. */
    Bus listening(BusDiary diary, String topic) throws Exception {
        var bus = create();
        bus.listen(topic);
        bus.start(diary);
        diary.awaitLine("hearing");
        return bus;
    }

    /** A bus that has a connection. */
    Bus telling() throws Exception {
        return listening(new BusDiary(), "something else");
    }

    @Test
    void isHeardInTheOrderOfTheOneWhoTells() throws Exception {
        var diary = new BusDiary();
        listening(diary, NEWS);
        var ann = telling();

        IntStream.range(0, 2_000).forEach(n -> ann.tell(NEWS, "number " + n));

        diary.awaitHeard(2_000);
        assertThat(diary.heard())
                .isEqualTo(IntStream.range(0, 2_000)
                        .mapToObj(n -> "news: number " + n)
                        .toList());
        assertThat(ann.state().told()).isEqualTo(2_000);
        assertThat(ann.state().dropped()).isZero();
        assertThat(ann.state().waiting()).isZero();
    }

    @Test
    void isNotHeardByTheOneWhoTells() throws Exception {
        var annsDiary = new BusDiary();
        var bobsDiary = new BusDiary();
        var ann = listening(annsDiary, NEWS);
        var bob = listening(bobsDiary, NEWS);

        ann.tell(NEWS, "from ann");
        bobsDiary.awaitHeard("news: from ann");
        bob.tell(NEWS, "from bob");
        annsDiary.awaitHeard("news: from bob");

        assertThat(annsDiary.heard()).containsExactly("news: from bob");
        assertThat(bobsDiary.heard()).containsExactly("news: from ann");
    }

    @Test
    void isHeardOnlyByThoseWhoListenToTheTopic() throws Exception {
        var diary = new BusDiary();
        listening(diary, NEWS);
        var ann = telling();
        var sharesThePartition = IntStream.range(0, 10_000)
                .mapToObj(n -> "topic" + n)
                .filter(topic -> Topics.partition(topic) == Topics.partition(NEWS))
                .findFirst()
                .orElseThrow();

        ann.tell(sharesThePartition, "not for all");
        ann.tell("another one", "not for all");
        ann.tell(NEWS, "for all");

        diary.awaitHeard("news: for all");
        assertThat(diary.heard()).containsExactly("news: for all");
    }

    @Test
    void carriesEveryLanguage() throws Exception {
        var diary = new BusDiary();
        var topic = "Grüße/名前/سلمى/😀 '\"\\";
        listening(diary, topic);
        var ann = telling();

        ann.tell(topic, "Jürgen, 名前, سلمى, 😀, '\"\\ \n\t\u0001");
        ann.tell(topic, "");

        diary.awaitHeard(2);
        assertThat(diary.heard()).containsExactly(topic + ": Jürgen, 名前, سلمى, 😀, '\"\\ \n\t\u0001", topic + ": ");
    }

    @Test
    void carriesExactlyAsMuchAsItSays() throws Exception {
        var diary = new BusDiary();
        listening(diary, NEWS);
        var ann = telling();
        var room = ann.maxBytes() - NEWS.length();
        var narrow = "x".repeat(room);
        var wide = "ü".repeat(room / 2) + "x".repeat(room % 2);

        ann.tell(NEWS, narrow);
        ann.tell(NEWS, wide);
        ann.tell(NEWS, "short");
        ann.tell(NEWS, narrow);

        diary.awaitHeard(4);
        assertThat(diary.heard()).containsExactly("news: " + narrow, "news: " + wide, "news: short", "news: " + narrow);
        assertThat(ann.state().dropped()).isZero();
    }

    @Test
    void refusesWhatItCannotCarryAndGoesOn() throws Exception {
        var diary = new BusDiary();
        listening(diary, NEWS);
        var ann = telling();
        var room = ann.maxBytes() - NEWS.length();

        for (var wrong : List.of(
                "x".repeat(room + 1),
                "ü".repeat(room / 2) + "xx",
                "null \u0000",
                "half \ud83d",
                "half \ude00 as well")) {
            assertThatThrownBy(() -> ann.tell(NEWS, wrong)).isInstanceOf(IllegalArgumentException.class);
        }

        ann.tell(NEWS, "right");
        diary.awaitHeard(1);
        assertThat(diary.heard()).containsExactly("news: right");
    }

    @Test
    void isHeardAsOftenAsItIsTold() throws Exception {
        var diary = new BusDiary();
        listening(diary, NEWS);
        var ann = telling();

        IntStream.range(0, 500).forEach(n -> ann.tell(NEWS, "again"));

        diary.awaitHeard(500);
        ann.tell(NEWS, "last");
        diary.awaitHeard("news: last");
        assertThat(diary.heard()).hasSize(501);
    }

    @Test
    void takesFromManyThreads() throws Exception {
        var diary = new BusDiary();
        listening(diary, NEWS);
        var ann = telling();
        var start = new CountDownLatch(1);

        for (var thread = 0; thread < 8; thread++) {
            var name = thread;
            threads.execute(() -> {
                awaitQuietly(start);
                IntStream.range(0, 500).forEach(n -> ann.tell(NEWS, name + " says " + n));
            });
        }
        start.countDown();

        diary.awaitHeard(4_000);
        for (var thread = 0; thread < 8; thread++) {
            var prefix = "news: " + thread + " says ";
            assertThat(diary.heard().stream().filter(line -> line.startsWith(prefix)))
                    .containsExactlyElementsOf(
                            IntStream.range(0, 500).mapToObj(n -> prefix + n).toList());
        }
    }

    @Test
    void hearsAllThatIsToldAfterItHasSaidThatItListens() throws Exception {
        var diary = new BusDiary();
        var bob = listening(diary, NEWS);
        var ann = telling();

        for (var n = 0; n < 50; n++) {
            var topic = "topic " + n;
            bob.listen(topic);
            diary.awaitLine("listening to " + topic);
            ann.tell(topic, "hello");
            diary.awaitHeard(topic + ": hello");
        }
    }

    @Test
    void theLastCallForATopicHolds() throws Exception {
        var diary = new BusDiary();
        var bob = listening(diary, NEWS);
        var ann = telling();
        var topics = IntStream.range(0, 64).mapToObj(n -> "topic " + n).toList();
        var done = new CountDownLatch(4);

        for (var thread = 0; thread < 4; thread++) {
            var own = topics.subList(thread * 16, thread * 16 + 16);
            threads.execute(() -> {
                for (var round = 0; round < 200; round++) {
                    own.forEach(bob::listen);
                    own.forEach(bob::ignore);
                    own.subList(0, 8).forEach(bob::listen);
                }
                done.countDown();
            });
        }
        assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
        bob.listen("the end");
        diary.awaitLine("listening to the end");
        topics.forEach(topic -> ann.tell(topic, "hello"));
        ann.tell("the end", "goodbye");

        diary.awaitHeard(33);
        diary.awaitHeard("the end: goodbye");
        assertThat(diary.heard()).hasSize(33).doesNotHaveDuplicates();
        assertThat(diary.heard()).contains("topic 0: hello", "topic 55: hello").doesNotContain("topic 8: hello");
    }

    @Test
    void hearsNothingMoreOfWhatItIgnores() throws Exception {
        var diary = new BusDiary();
        var bob = listening(diary, NEWS);
        bob.listen("gossip");
        diary.awaitLine("listening to gossip");
        var ann = telling();

        bob.ignore("gossip");
        ann.tell("gossip", "psst");
        ann.tell(NEWS, "hello");

        diary.awaitHeard("news: hello");
        assertThat(diary.heard()).containsExactly("news: hello");
    }

    @Test
    void isDeafWhenTheConnectionIsCutAndHearsAgain() throws Exception {
        var diary = new BusDiary();
        var bob = listening(diary, NEWS);
        var ann = telling();
        ann.tell(NEWS, "before");
        diary.awaitHeard("news: before");

        cut();

        diary.awaitLines("hearing", 2);
        assertThat(diary.lines()).startsWith("hearing", "deaf", "hearing");
        assertThat(bob.state().hearing()).isTrue();
        await().atMost(BusDiary.PATIENCE).until(() -> ann.state().hearing());
        ann.tell(NEWS, "after");
        diary.awaitHeard("news: after");
    }

    @Test
    void keepsOnlySoMuchWhileTheServerIsAway() throws Exception {
        var diary = new BusDiary();
        var bob = listening(diary, NEWS);
        var ann = telling();

        stop();
        try {
            diary.awaitLine("deaf");
            assertThat(bob.state().hearing()).isFalse();
            IntStream.range(0, 3 * Outgoing.MAX_MESSAGES).forEach(n -> ann.tell(NEWS, "number " + n));
            assertThat(ann.state().waiting()).isLessThanOrEqualTo(Outgoing.MAX_MESSAGES);
            assertThat(ann.state().dropped()).isGreaterThanOrEqualTo(2 * Outgoing.MAX_MESSAGES);
            var longest = "x".repeat(ann.maxBytes() - NEWS.length());
            IntStream.range(0, Outgoing.MAX_MESSAGES).forEach(n -> ann.tell(NEWS, longest));
            assertThat((long) ann.state().waiting() * ann.maxBytes()).isLessThanOrEqualTo(Outgoing.MAX_BYTES);
        } finally {
            restart();
        }

        diary.awaitLines("hearing", 2);
        await().atMost(BusDiary.PATIENCE)
                .until(() -> ann.state().hearing() && ann.state().waiting() == 0);
        ann.tell(NEWS, "the end");
        diary.awaitHeard("news: the end");
    }

    @Test
    void startsWhileTheServerIsAway() throws Exception {
        var ready = carrier();
        assertThat(ready.maxBytes()).isPositive();
        var diary = new BusDiary();
        stop();
        try {
            var bob = create();
            bob.start(diary);
            bob.listen(NEWS);
            bob.tell(NEWS, "nobody is there");
            assertThat(bob.state().hearing()).isFalse();
        } finally {
            restart();
        }

        diary.awaitLine("hearing");
        assertThat(diary.lines()).doesNotContain("deaf");
        telling().tell(NEWS, "hello");
        diary.awaitHeard("news: hello");
    }

    @Test
    void endsInTheMiddle() throws Exception {
        var diary = new BusDiary();
        var bob = listening(diary, NEWS);
        var ann = telling();
        var going = new AtomicBoolean(true);
        var ended = new CountDownLatch(2);
        for (var one : List.of(ann, bob)) {
            threads.execute(() -> {
                for (var n = 0; going.get(); n++) {
                    one.tell(NEWS, "number " + n);
                }
                ended.countDown();
            });
        }
        diary.awaitHeard(1_000);

        bob.close();
        var heard = diary.heard().size();
        var lines = diary.lines();
        ann.close();
        going.set(false);

        assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
        bob.close();
        bob.tell(NEWS, "nobody hears this");
        bob.listen("more");
        assertThat(bob.state().hearing()).isFalse();
        assertThat(diary.heard()).hasSize(heard);
        assertThat(diary.lines()).isEqualTo(lines);
    }

    @Test
    void tellsWhatWaitsBeforeItEnds() throws Exception {
        var diary = new BusDiary();
        listening(diary, NEWS);
        var ann = telling();

        IntStream.range(0, 1_000).forEach(n -> ann.tell(NEWS, "number " + n));
        ann.close();

        diary.awaitHeard(1_000);
    }

    @Test
    void canBeEndedByItsListener() throws Exception {
        var bob = create();
        var closed = new CountDownLatch(1);
        bob.listen(NEWS);
        bob.start(new Bus.Listener() {
            @Override
            public void heard(String topic, String text) {
                // Nothing is expected.
            }

            @Override
            public void deaf() {
                // Nothing is expected.
            }

            @Override
            public void hearing() {
                bob.close();
                closed.countDown();
            }
        });

        assertThat(closed.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(bob.state().hearing()).isFalse();
    }

    @Test
    void goesOnWhenItsListenerThrows() throws Exception {
        QuietLog.allow(ERROR, "was not handled");
        var heard = new BusDiary();
        var bob = create();
        bob.listen(NEWS);
        bob.start(new Bus.Listener() {
            @Override
            public void heard(String topic, String text) {
                heard.heard(topic, text);
                throw new IllegalStateException("on purpose");
            }

            @Override
            public void deaf() {
                throw new IllegalStateException("on purpose");
            }

            @Override
            public void hearing() {
                heard.hearing();
                throw new IllegalStateException("on purpose");
            }
        });
        heard.awaitLine("hearing");
        var ann = telling();

        ann.tell(NEWS, "one");
        ann.tell(NEWS, "two");

        heard.awaitHeard(2);
        assertThat(heard.heard()).containsExactly("news: one", "news: two");
    }

    @Test
    void ignoresWhatOthersSayOnItsChannels() throws Exception {
        var diary = new BusDiary();
        listening(diary, NEWS);
        var ann = telling();
        var channel = cluster + "_%02d".formatted(Topics.partition(NEWS));

        try (var mouth = carrier().openMouth()) {
            for (var nonsense :
                    List.of("", "x", "1", "1abcdefgh0000+", "1abcdefgh0000fffff00000x", "1abcdefgh0000-0001-0001xy")) {
                mouth.say(List.of(new Carrier.Said(channel, nonsense)));
            }
        }
        ann.tell(NEWS, "sense");

        diary.awaitHeard("news: sense");
        assertThat(diary.heard()).containsExactly("news: sense");
        assertThat(diary.lines()).containsExactly("hearing");
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
