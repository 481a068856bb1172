package dev.herald.engine;

import static java.lang.System.Logger.Level.WARNING;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.engine.EnginePacket.Message;
import dev.herald.testing.FakeTimer;
import dev.herald.testing.QuietLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is promised whichever thread comes first. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EngineRacesTest {

    private static final EngineSettings SETTINGS = EngineSettings.DEFAULT.toBuilder()
            .queuedPackets(100_000)
            .queuedBytes(100_000_000)
            .build();

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final FakeTimer timer = new FakeTimer();

    /** Of the latest session. */
    private Diary diary;

    private final EngineServer server = serverWith(SETTINGS);

    private EngineServer serverWith(EngineSettings settings) {
        return new EngineServer(
                settings,
                (session, principal) -> {
                    diary = new Diary();
                    return diary;
                },
                timer.asExecutor(),
                Runnable::run);
    }

    @AfterEach
    void stopThreads() {
        threads.shutdownNow();
    }

    private EngineSession polling() {
        var session = server.open(EngineSettings.POLLING, null, true).orElseThrow();
        session.poll(new FakePoll());
        return session;
    }

    private static void say(EngineSession session, String text) {
        assertThat(session.offer(Outgoing.of(new Message(text)))).isTrue();
        session.flush();
    }

    private static FakePoll poll(EngineSession session) {
        var poll = new FakePoll();
        session.poll(poll);
        return poll;
    }

    /** Calls each on a thread of its own, all at once, and waits for them. */
    private void atOnce(Runnable... calls) throws Exception {
        var start = new CyclicBarrier(calls.length);
        var all = Stream.of(calls)
                .map(call -> threads.submit(() -> {
                    start.await();
                    call.run();
                    return null;
                }))
                .toList();
        for (var one : all) {
            one.get();
        }
    }

    private static long in(Duration time) {
        return System.nanoTime() + time.toNanos();
    }

    private static List<String> numbered(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(n -> prefix + n).toList();
    }

    /** A client that has its next GET there while the last one is still being answered. */
    private static final class Impatient implements Poll {

        @Override
        public String mark() {
            return Integer.toHexString(System.identityHashCode(this));
        }

        @Override
        public boolean hasWaited() {
            return true;
        }

        private final EngineSession session;
        private final AtomicInteger writers;
        private final AtomicInteger overlaps;
        private final Queue<String> got;

        Impatient(EngineSession session, AtomicInteger writers, AtomicInteger overlaps, Queue<String> got) {
            this.session = session;
            this.writers = writers;
            this.overlaps = overlaps;
            this.got = got;
        }

        @Override
        public void answer(List<Outgoing> packets) {
            if (writers.incrementAndGet() > 1) {
                overlaps.incrementAndGet();
            }
            session.poll(new Impatient(session, writers, overlaps, got));
            Thread.yield();
            packets.forEach(one -> got.add(one.payload()));
            writers.decrementAndGet();
        }

        @Override
        public void release() {
            throw new IllegalStateException("nobody upgrades");
        }

        @Override
        public void refuse(EngineError error) {
            throw new IllegalStateException(error.name());
        }

        @Override
        public void refuse() {
            throw new IllegalStateException("two at once");
        }
    }

    @Test
    void oneThreadWritesAtATimeAndKeepsTheOrderOfEach() throws Exception {
        var session = polling();
        var overlaps = new AtomicInteger();
        var got = new ConcurrentLinkedQueue<String>();
        session.poll(new Impatient(session, new AtomicInteger(), overlaps, got));

        atOnce(IntStream.range(0, 6)
                .mapToObj(talker -> (Runnable) () -> numbered(talker + ":", 400).forEach(text -> say(session, text)))
                .toArray(Runnable[]::new));

        assertThat(overlaps).as("writes at once").hasValue(0);
        assertThat(got).hasSize(6 * 400);
        for (var talker = 0; talker < 6; talker++) {
            var prefix = "4" + talker + ":";
            assertThat(got.stream().filter(text -> text.startsWith(prefix)))
                    .containsExactlyElementsOf(numbered(prefix, 400));
        }
    }

    @Test
    void anUpgradeLosesAndDoublesNothingInEitherDirection() throws Exception {
        for (var round = 0; round < 20; round++) {
            var session = polling();
            var told = diary;
            var socket = FakeWebSocket.opened(session.newCandidate(System.nanoTime()));
            var reader = threads.submit(pollingUntilTheUpgrade(session));
            var posts = new AtomicInteger();

            atOnce(
                    () -> numbered("", 300).forEach(text -> say(session, text)),
                    () -> {
                        while (session.beginPost()) {
                            session.receivePayload("4p" + posts.getAndIncrement());
                            session.endPost();
                        }
                    },
                    () -> {
                        socket.says("2probe");
                        timer.endPauses();
                        socket.says("5");
                        numbered("4w", 100).forEach(socket::says);
                    });

            var got = new ArrayList<>(reader.get());
            got.addAll(socket.heard());
            got.remove("3probe");
            assertThat(got).as("round " + round).containsExactlyElementsOf(numbered("4", 300));
            var sent = Stream.concat(numbered("p", posts.get()).stream(), numbered("w", 100).stream());
            assertThat(told.heard).as("round " + round).containsExactlyElementsOf(sent.toList());
            assertThat(told.mistakes).hasValue(0);
            assertThat(told.ends).isEmpty();
        }
    }

    private static Callable<List<String>> pollingUntilTheUpgrade(EngineSession session) {
        return () -> {
            var got = new ArrayList<String>();
            while (true) {
                var answered = new CountDownLatch(1);
                var poll = new FakePoll().whenAnswered(answered::countDown);
                session.poll(poll);
                answered.await();
                var answer = poll.answers().get(0);
                if (answer.equals("BAD_REQUEST")) {
                    return got;
                } else if (!answer.equals("6")) {
                    got.addAll(List.of(answer.split("\\|")));
                }
            }
        };
    }

    @Test
    void anUpgradeAndItsTimeOutDoNotBothHappen() throws Exception {
        for (var round = 0; round < 300; round++) {
            var session = polling();
            var socket = FakeWebSocket.opened(session.newCandidate(System.nanoTime()))
                    .says("2probe");
            var late = in(Duration.ofSeconds(11));

            atOnce(() -> socket.says("5"), () -> session.tick(late));
            say(session, "x");

            if (session.transportName().equals(EngineSettings.WEBSOCKET)) {
                assertThat(socket.heard()).containsExactly("3probe", "4x");
            } else {
                assertThat(socket.heard()).containsExactly("3probe", "close");
                assertThat(poll(session).answers()).containsExactly("4x");
            }
            assertThat(diary.ends).isEmpty();
        }
    }

    @Test
    void aGetThatIsAbortedWhileItIsAnsweredEndsOnce() throws Exception {
        for (var round = 0; round < 300; round++) {
            var session = polling();
            var exchange = new FakeExchange("GET", "t=abc");
            new Polling(session, exchange.request()).begin();

            atOnce(exchange::abortUnchecked, () -> {
                session.offer(Outgoing.of(new Message("x")));
                session.flush();
            });

            assertThat(exchange.completions).as("round " + round).isOne();
            if (diary.ends.isEmpty()) {
                assertThat(exchange.body()).isEqualTo("4x");
                assertThat(poll(session).answers()).isEmpty();
            } else {
                assertThat(diary.ends).containsExactly(CloseReason.TRANSPORT_CLOSE);
            }
        }
    }

    @Test
    void aGetThatIsAbortedAndTheNextOneAreAnsweredAtMostOnce() throws Exception {
        for (var round = 0; round < 300; round++) {
            var session = polling();
            var first = poll(session);
            var next = new FakePoll();

            atOnce(() -> session.pollAborted(first), () -> session.poll(next), () -> {
                session.offer(Outgoing.of(new Message("x")));
                session.flush();
            });

            assertThat(first.answers()).as("round " + round).hasSizeLessThan(2);
            if (diary.ends.isEmpty()) {
                assertThat(first.answers()).containsExactly("4x");
                assertThat(next.answers()).isEmpty();
            } else {
                assertThat(diary.ends).hasSize(1);
                assertThat(next.answers()).hasSize(1);
                assertThat(server.find(session.sid())).isEmpty();
            }
        }
    }

    @Test
    void aCloseAndALateGetGiveTheClientAllOfItOnce() throws Exception {
        for (var round = 0; round < 300; round++) {
            var session = polling();
            session.offer(Outgoing.of(new Message("a")));
            session.offer(Outgoing.of(new Message("b")));
            var polls = List.of(new FakePoll(), new FakePoll());

            atOnce(() -> session.close(CloseReason.FORCED_CLOSE), () -> session.poll(polls.get(0)));
            session.poll(polls.get(1));

            var got = polls.stream()
                    .flatMap(poll -> poll.answers().stream())
                    .flatMap(answer -> Stream.of(answer.split("\\|")))
                    .filter(packet -> !packet.equals("UNKNOWN_SID"));
            assertThat(got).as("round " + round).containsExactly("4a", "4b", "1");
            assertThat(polls).allSatisfy(poll -> assertThat(poll.answers()).hasSize(1));
            assertThat(server.find(session.sid())).isEmpty();
        }
    }

    @Test
    void aPingIsSentOnceHoweverManyTicksAndRequestsThereAre() throws Exception {
        for (var round = 0; round < 300; round++) {
            var session = polling();
            var due = in(Duration.ofSeconds(26));
            var polls = List.of(new FakePoll(), new FakePoll());

            atOnce(() -> session.tick(due), () -> session.tick(due), () -> session.poll(polls.get(0)));
            var late = poll(session);

            var got = Stream.concat(polls.get(0).answers().stream(), late.answers().stream());
            assertThat(got).as("round " + round).containsExactly("2");
            assertThat(diary.ends).isEmpty();
        }
    }

    @Test
    void aSessionThatEndsInManyWaysAtOnceLeavesRoomForOneOther() throws Exception {
        var small = serverWith(EngineSettings.DEFAULT.toBuilder().maxSessions(1).build());
        for (var round = 0; round < 300; round++) {
            var session = small.open(EngineSettings.POLLING, null, true).orElseThrow();
            session.poll(new FakePoll());
            var dead = in(Duration.ofSeconds(46));

            atOnce(
                    () -> small.tick(dead),
                    () -> small.tick(dead),
                    () -> session.poll(new FakePoll()),
                    () -> session.close(CloseReason.FORCED_CLOSE));
            small.tick(in(Duration.ofMinutes(2)));

            assertThat(diary.ends).as("round " + round).hasSize(1);
            assertThat(small.size()).isZero();
        }

        assertThat(small.open(EngineSettings.POLLING, null, true)).isPresent();
        assertThat(small.open(EngineSettings.POLLING, null, true)).isEmpty();
        QuietLog.expect(WARNING, "turned away (503)", "herald.connections.max");
    }
}
