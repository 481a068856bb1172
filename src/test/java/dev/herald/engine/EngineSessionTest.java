package dev.herald.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;

import dev.herald.engine.EnginePacket.Message;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EngineSessionTest {

    private static final String SEPARATOR = "\u001e";
    private static final EngineSettings SETTINGS = EngineSettings.DEFAULT.toBuilder()
            .maxPayload(1_000)
            .maxPackets(8)
            .queuedPackets(4)
            .queuedBytes(1_000)
            .build();

    private final FakeTimer timer = new FakeTimer();
    private final Diary diary = new Diary();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private EngineSession latest;
    private EngineServer server = serverWith(SETTINGS);

    private EngineServer serverWith(EngineSettings settings) {
        return new EngineServer(
                settings,
                (session, principal) -> {
                    latest = session;
                    return diary;
                },
                timer.asExecutor(),
                Runnable::run);
    }

    @AfterEach
    void stopThreads() {
        threads.shutdownNow();
    }

    /** A session by polling whose handshake is over. */
    private EngineSession polling() {
        var session = server.open(EngineSettings.POLLING, null, true).orElseThrow();
        poll(session);
        return session;
    }

    /** A session that began with a WebSocket, and its socket. */
    private FakeWebSocket webSocket() {
        return FakeWebSocket.opened(
                server.open(EngineSettings.WEBSOCKET, null, true).orElseThrow().webSocket());
    }

    private static FakePoll poll(EngineSession session) {
        var poll = new FakePoll();
        session.poll(poll);
        return poll;
    }

    private static void post(EngineSession session, String... packets) {
        if (session.beginPost()) {
            session.receivePayload(String.join(SEPARATOR, packets));
            session.endPost();
        }
    }

    private static boolean say(EngineSession session, String text) {
        var accepted = session.offer(Outgoing.of(new Message(text)));
        session.flush();
        return accepted;
    }

    private static FakeWebSocket candidate(EngineSession session) {
        return FakeWebSocket.opened(session.newCandidate(System.nanoTime()));
    }

    private static long in(Duration time) {
        return System.nanoTime() + time.toNanos();
    }

    @Nested
    class Handshake {

        @Test
        void isTheFirstAnswerAndOffersTheUpgrade() {
            var session = server.open(EngineSettings.POLLING, null, true).orElseThrow();

            assertThat(poll(session).answers())
                    .containsExactly(
                            "0{\"sid\":\"" + session.sid()
                                    + "\",\"upgrades\":[\"websocket\"],\"pingInterval\":25000,\"pingTimeout\":20000,\"maxPayload\":1000}");
        }

        @Test
        void isTheFirstFrameOfAWebSocketAndOffersNothing() {
            assertThat(webSocket().heard()).singleElement().asString().contains("\"upgrades\":[]");
        }

        @Test
        void isBeforeWhatTheApplicationSaysAtOnce() {
            server = new EngineServer(
                    SETTINGS,
                    (session, principal) -> {
                        say(session, "hello");
                        return diary;
                    },
                    timer.asExecutor(),
                    Runnable::run);

            var answer = poll(server.open(EngineSettings.POLLING, null, true).orElseThrow())
                    .answers()
                    .get(0);

            assertThat(answer).startsWith("0{").endsWith("}|4hello");
        }

        @Test
        void tellsTheEndAlsoToAListenerWhoseSessionIsClosedWhileItIsAccepted() {
            server = new EngineServer(
                    SETTINGS,
                    (session, principal) -> {
                        session.close(CloseReason.FORCED_CLOSE);
                        return diary;
                    },
                    timer.asExecutor(),
                    Runnable::run);

            server.open(EngineSettings.POLLING, null, true);

            assertThat(diary.ends).containsExactly(CloseReason.FORCED_CLOSE);
        }
    }

    @Nested
    class Sending {

        @Test
        void waitsForAPollAndKeepsTheOrder() {
            var session = polling();
            say(session, "a");
            say(session, "b");

            assertThat(poll(session).answers()).containsExactly("4a|4b");
        }

        @Test
        void answersAWaitingPollOnceWithWhatIsThere() {
            var session = polling();
            var first = poll(session);

            say(session, "a");
            say(session, "b");

            assertThat(first.answers()).containsExactly("4a");
            assertThat(poll(session).answers()).containsExactly("4b");
        }

        @Test
        void waitsForTheFlush() {
            var session = polling();
            var poll = poll(session);

            session.offer(Outgoing.of(new Message("a")));

            assertThat(poll.answers()).isEmpty();
        }

        @Test
        void keepsTheOrderOf8ThreadsOverManyPolls() throws Exception {
            server = serverWith(roomy());
            var session = polling();
            var talkers = new ArrayList<Future<?>>();
            for (var talker = 0; talker < 8; talker++) {
                var name = talker + ":";
                talkers.add(threads.submit(() -> {
                    for (var n = 0; n < 500; n++) {
                        say(session, name + n);
                    }
                }));
            }

            var got = Collections.synchronizedList(new ArrayList<String>());
            while (got.size() < 4_000) {
                var answered = new CountDownLatch(1);
                var poll = new FakePoll().whenAnswered(answered::countDown);
                session.poll(poll);
                answered.await();
                got.addAll(List.of(poll.answers().get(0).split("\\|")));
                assertThat(poll.answers()).hasSize(1);
            }

            for (var talker : talkers) {
                talker.get();
            }
            for (var talker = 0; talker < 8; talker++) {
                var prefix = "4" + talker + ":";
                assertThat(got.stream().filter(text -> text.startsWith(prefix)))
                        .containsExactlyElementsOf(IntStream.range(0, 500)
                                .mapToObj(n -> prefix + n)
                                .toList());
            }
        }

        @Test
        void keepsTheOrderOf8ThreadsOnAWebSocket() throws Exception {
            server = serverWith(roomy());
            var socket = webSocket();
            var session = latest;
            var start = new CyclicBarrier(8);
            var talkers = IntStream.range(0, 8)
                    .mapToObj(talker -> threads.submit(() -> {
                        start.await();
                        for (var n = 0; n < 2_000; n++) {
                            say(session, talker + ":" + n);
                        }
                        return null;
                    }))
                    .toList();
            for (var talker : talkers) {
                talker.get();
            }

            var got = socket.heard();
            for (var talker = 0; talker < 8; talker++) {
                var prefix = "4" + talker + ":";
                assertThat(got.stream().filter(text -> text.startsWith(prefix)))
                        .containsExactlyElementsOf(IntStream.range(0, 2_000)
                                .mapToObj(n -> prefix + n)
                                .toList());
            }
        }
    }

    private static EngineSettings roomy() {
        return SETTINGS.toBuilder()
                .maxPayload(1_000_000)
                .maxPackets(10_000)
                .queuedPackets(1_000_000)
                .queuedBytes(1_000_000_000)
                .build();
    }

    @Nested
    class Room {

        @Test
        void isForSoManyPackets() {
            var session = polling();

            assertThat(IntStream.range(0, 5).mapToObj(n -> say(session, "x")))
                    .containsExactly(true, true, true, true, false);
            assertThat(poll(session).answers()).containsExactly("4x|4x|4x|4x");
        }

        @Test
        void isForSoManyBytes() {
            var session = polling();

            assertThat(say(session, "x".repeat(500))).isTrue();
            assertThat(say(session, "x".repeat(480))).isFalse();
            assertThat(say(session, "x".repeat(460))).isTrue();
        }

        @Test
        void isForAnyOneWhenNothingWaits() {
            var session = polling();

            assertThat(say(session, "x".repeat(5_000))).isTrue();
            assertThat(say(session, "")).isFalse();
        }

        @Test
        void isHalfForWhatCanWait() {
            var session = polling();
            var packet = Outgoing.of(new Message("x"));

            assertThat(IntStream.range(0, 3).mapToObj(n -> session.offerToHalf(packet)))
                    .containsExactly(true, true, false);
            assertThat(session.offer(packet)).isTrue();
        }

        @Test
        void isThereAgainAfterAPollAndToldOfOnceWhenSomethingWasRefused() {
            var session = polling();
            IntStream.range(0, 4).forEach(n -> say(session, "x"));
            poll(session);
            assertThat(diary.drained).hasValue(0);

            IntStream.range(0, 6).forEach(n -> say(session, "x"));
            assertThat(diary.drained).hasValue(0);
            poll(session);

            assertThat(diary.drained).hasValue(1);
            assertThat(say(session, "x")).isTrue();
        }

        @Test
        void isNotThereAnyMoreAfterTheEnd() {
            var session = polling();
            session.close(CloseReason.FORCED_CLOSE);

            assertThat(say(session, "x")).isFalse();
        }

        @Test
        void isUsedByWhoIsToldOfItHoweverMuchAFreeSocketTakes() {
            server = serverWith(SETTINGS.toBuilder().queuedBytes(10_000_000).build());
            var socket = webSocket();
            var session = latest;
            var left = new AtomicInteger(100_000);
            diary.whenDrained = () -> {
                while (left.get() > 0 && session.offer(Outgoing.of(new Message("")))) {
                    left.decrementAndGet();
                }
                session.flush();
            };
            IntStream.range(0, 5).forEach(n -> session.offer(Outgoing.of(new Message("x"))));

            session.flush();

            assertThat(left).hasValue(0);
            assertThat(socket.heard()).hasSize(1 + 4 + 100_000);
        }

        @Test
        void isToldOfByAListenerWhoseFailureDoesNotReachTheRequest() {
            var session = polling();
            IntStream.range(0, 5).forEach(n -> say(session, "x"));
            diary.whenDrained = () -> {
                throw new IllegalStateException("wanted by the test");
            };

            assertThatCode(() -> poll(session)).doesNotThrowAnyException();
        }

        @Test
        void isUsedByWhoIsToldOfItHoweverMuchThereIs() {
            server = serverWith(SETTINGS.toBuilder().queuedBytes(10_000_000).build());
            var socket = webSocket();
            var session = latest;
            var left = new AtomicInteger(50_000);
            diary.whenDrained = () -> {
                while (left.get() > 0 && session.offer(Outgoing.of(new Message("")))) {
                    left.decrementAndGet();
                }
                session.flush();
            };
            socket.hold();
            IntStream.range(0, 10).forEach(n -> say(session, "x"));

            socket.release();

            assertThat(left).hasValue(0);
        }
    }

    @Nested
    class Volatile {

        private boolean offer(EngineSession session, String text) {
            var accepted = session.offerIfIdle(Outgoing.of(new Message(text)));
            session.flush();
            return accepted;
        }

        @Test
        void isSentToAGetThatWaits() {
            var session = polling();
            var waiting = poll(session);

            assertThat(offer(session, "a")).isTrue();
            assertThat(offer(session, "b")).isFalse();

            assertThat(waiting.answers()).containsExactly("4a");
            assertThat(poll(session).answers()).isEmpty();
        }

        @Test
        void isSentToASocketThatIsFree() {
            var socket = webSocket();

            assertThat(offer(latest, "a")).isTrue();
            assertThat(offer(latest, "b")).isTrue();

            assertThat(socket.heard()).endsWith("4a", "4b");
        }

        @Test
        void isDroppedByASocketThatIsNot() {
            var socket = webSocket();
            socket.hold();
            IntStream.range(0, 3).forEach(n -> say(latest, "x"));

            assertThat(offer(latest, "a")).isFalse();
            socket.release();

            assertThat(socket.heard()).endsWith("4x", "4x", "4x");
            assertThat(offer(latest, "b")).isTrue();
        }

        @Test
        void isDroppedBehindWhatWaitsForTheFlush() {
            webSocket();
            latest.offer(Outgoing.of(new Message("x")));

            assertThat(latest.offerIfIdle(Outgoing.of(new Message("a")))).isFalse();
        }

        @Test
        void isDroppedBeforeTheSocketOpensAndAfterTheEnd() {
            var session = server.open(EngineSettings.WEBSOCKET, null, true).orElseThrow();
            assertThat(offer(session, "a")).isFalse();

            var socket = FakeWebSocket.opened(session.webSocket());
            session.close(CloseReason.FORCED_CLOSE);

            assertThat(offer(session, "b")).isFalse();
            assertThat(socket.heard()).hasSize(2);
        }

        @Test
        void isNoReasonToTellThatThereIsRoomAgain() {
            var session = polling();
            offer(session, "a");
            poll(session);
            say(session, "x");

            assertThat(diary.drained).hasValue(0);
        }
    }

    @Nested
    class Receiving {

        @Test
        void handsMessagesOnInOrder() {
            post(polling(), "4a", "4", "bAQID", "4b");

            assertThat(diary.heard).containsExactly("a", "", "3 bytes", "b");
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "abc", "4a\u001e", "\u001e4a", "4a\u001e\u001e4b", "b!!!!", "bA", "9", "7abc"})
        void closesUponGarbageOfWhichNothingCounts(String body) {
            var session = polling();
            var waiting = poll(session);

            post(session, body);

            assertThat(waiting.answers()).containsExactly("1");
            assertThat(diary.heard).isEmpty();
            assertThat(diary.ends).containsExactly(CloseReason.PARSE_ERROR);
            assertThat(server.find(session.sid())).isEmpty();
        }

        @ParameterizedTest
        @ValueSource(strings = {"0{}", "2", "2probe", "5", "6"})
        void closesUponAServersPacket(String packet) {
            var session = polling();
            var waiting = poll(session);

            post(session, packet);

            assertThat(waiting.answers()).containsExactly("1");
            assertThat(diary.ends).containsExactly(CloseReason.TRANSPORT_ERROR);
            assertThat(poll(session).answers()).containsExactly("UNKNOWN_SID");
        }

        @Test
        void refusesMorePacketsThanAllowed() {
            var session = polling();

            post(session, Collections.nCopies(9, "4a").toArray(String[]::new));

            assertThat(diary.heard).isEmpty();
            assertThat(diary.ends).containsExactly(CloseReason.PARSE_ERROR);
        }

        @Test
        void hearsNothingThatComesBehindTheEnd() {
            post(polling(), "4a", "1", "4b");

            assertThat(diary.heard).containsExactly("a");
            assertThat(diary.ends).containsExactly(CloseReason.TRANSPORT_CLOSE);
        }

        @Test
        void doesNotMindAPongThatNobodyAskedFor() {
            var session = polling();

            post(session, "3", "4a");

            assertThat(diary.heard).containsExactly("a");
            assertThat(diary.ends).isEmpty();
        }

        @Test
        void closesWhenTheListenerFails() {
            var session = polling();
            var waiting = poll(session);
            diary.whenText = text -> {
                throw new IllegalStateException("wanted by the test");
            };

            post(session, "4a", "4b");

            assertThat(diary.heard).containsExactly("a");
            assertThat(waiting.answers()).containsExactly("1");
            assertThat(diary.ends).containsExactly(CloseReason.FORCED_CLOSE);
        }

        @Test
        void closesAlsoWhenTheListenerFailsWithAnError() {
            var session = polling();
            diary.whenText = text -> {
                throw new StackOverflowError("wanted by the test");
            };

            assertThatCode(() -> post(session, "4a")).doesNotThrowAnyException();
            assertThat(diary.ends).containsExactly(CloseReason.FORCED_CLOSE);
        }

        @Test
        void closesWhenTheLayerAboveObjectsWhileItIsTold() {
            var session = polling();
            var waiting = poll(session);
            diary.whenText = text -> session.close(CloseReason.PARSE_ERROR);

            post(session, "42[\"x\"]", "4b");

            assertThat(waiting.answers()).containsExactly("1");
            assertThat(diary.heard).hasSize(1);
            assertThat(diary.ends).containsExactly(CloseReason.PARSE_ERROR);
        }

        @Test
        void doesNotTellTheEndWhileAnotherThreadTellsAMessage() throws Exception {
            var session = polling();
            var inside = new CountDownLatch(1);
            var goOn = new CountDownLatch(1);
            diary.whenText = text -> {
                inside.countDown();
                awaitThat(goOn);
            };
            var poster = threads.submit(() -> post(session, "4a"));
            inside.await();

            var closer = threads.submit(() -> session.close(CloseReason.FORCED_CLOSE));
            try {
                closer.get(1, TimeUnit.SECONDS);
            } catch (TimeoutException e) {
                // It may as well wait.
            }
            goOn.countDown();
            poster.get();
            closer.get();

            assertThat(diary.ends).hasSize(1);
            assertThat(diary.mistakes).as("calls at once, or after the end").hasValue(0);
        }

        @Test
        void tellsNothingAfterTheEnd() throws Exception {
            for (var round = 0; round < 3_000; round++) {
                var told = new Diary();
                var one = new EngineServer(SETTINGS, (session, principal) -> told, timer.asExecutor(), Runnable::run)
                        .open(EngineSettings.POLLING, null, true)
                        .orElseThrow();
                var start = new CyclicBarrier(2);
                var poster = threads.submit(() -> {
                    start.await();
                    post(one, "4a", "4b", "4c", "4d");
                    return null;
                });
                start.await();
                one.close(CloseReason.FORCED_CLOSE);
                poster.get();
                assertThat(told.mistakes).as("calls at once, or after the end").hasValue(0);
            }
        }

        @Test
        void isOneAtATimeAndInOrderByPollingAndThenByWebSocket() throws Exception {
            server = serverWith(roomy());
            var session = polling();
            var socket = candidate(session).says("2probe");
            var posted = new CountDownLatch(20);
            var poster = threads.submit(() -> {
                for (var n = 0; n < 2_000; n += 2) {
                    post(session, "4p" + n, "4p" + (n + 1));
                    posted.countDown();
                }
            });
            posted.await();
            socket.says("5");
            for (var n = 0; n < 2_000; n++) {
                socket.says("4w" + n);
            }
            poster.get();

            assertThat(diary.mistakes).hasValue(0);
            var byPolling = diary.heard.size() - 2_000;
            assertThat(byPolling).isBetween(40, 2_000);
            assertThat(diary.heard).containsExactlyElementsOf(numbered("p", byPolling, "w", 2_000));
        }

        private static List<String> numbered(String prefix, int count, String otherPrefix, int otherCount) {
            return Stream.concat(
                            IntStream.range(0, count).mapToObj(n -> prefix + n),
                            IntStream.range(0, otherCount).mapToObj(n -> otherPrefix + n))
                    .toList();
        }

        @Test
        void byWebSocketWaitsForThePostThatBeganBeforeTheUpgrade() {
            var session = polling();
            assertThat(session.beginPost()).isTrue();

            var socket = candidate(session).says("2probe", "5", "4w0").saysBytes((byte) 1);
            assertThat(session.transportName()).isEqualTo("websocket");
            assertThat(diary.heard).isEmpty();
            session.receivePayload("4p0\u001e4p1");
            socket.says("4w1");
            session.endPost();
            socket.says("4w2");

            assertThat(diary.heard).containsExactly("p0", "p1", "w0", "1 bytes", "w1", "w2");
        }

        @Test
        void byWebSocketWaitsAlsoWhileOthersThatWaitedAreTold() throws Exception {
            var session = polling();
            session.beginPost();
            var socket = candidate(session).says("5", "4w0");
            var inside = new CountDownLatch(1);
            var goOn = new CountDownLatch(1);
            diary.whenText = text -> {
                inside.countDown();
                awaitThat(goOn);
            };
            var poster = threads.submit(session::endPost);
            inside.await();

            var talker = threads.submit(() -> socket.says("4w1"));
            goOn.countDown();
            poster.get();
            talker.get();

            assertThat(diary.heard).containsExactly("w0", "w1");
            assertThat(diary.mistakes).hasValue(0);
        }

        @Test
        void byWebSocketIsASignOfLifeThoughItWaits() {
            var session = polling();
            session.beginPost();
            var socket = candidate(session).says("5");
            session.tick(in(Duration.ofSeconds(25)));

            socket.says("3");

            session.tick(in(Duration.ofSeconds(25)));
            assertThat(socket.heard()).containsExactly("2", "2");
        }

        @Test
        void byWebSocketWaitsInSoManyPacketsAndNoMore() {
            var session = polling();
            session.beginPost();
            var socket = candidate(session).says("5");

            IntStream.range(0, 8).forEach(n -> socket.says("4w"));
            assertThat(diary.ends).isEmpty();
            socket.says("4w");

            assertThat(diary.ends).containsExactly(CloseReason.TRANSPORT_ERROR);
            session.endPost();
            assertThat(diary.heard).isEmpty();
        }

        @Test
        void byWebSocketWaitsInSoManyBytesAndNoMore() {
            var session = polling();
            session.beginPost();
            var socket = candidate(session).says("5", "4" + "w".repeat(600));
            assertThat(diary.ends).isEmpty();

            socket.says("4" + "w".repeat(600));

            assertThat(diary.ends).containsExactly(CloseReason.TRANSPORT_ERROR);
        }

        @ParameterizedTest
        @ValueSource(strings = {"1", "9", "6"})
        void endsBehindThePostThoughTheWebSocketBroughtTheEndBefore(String end) {
            var session = polling();
            session.beginPost();
            candidate(session).says("5", "4w0", end);

            session.receivePayload("4p0");
            assertThat(diary.ends).isEmpty();
            session.endPost();

            assertThat(diary.heard).containsExactly("p0", "w0");
            assertThat(diary.ends).hasSize(1);
        }

        @Test
        void endsBehindThePostThoughTheWebSocketIsGoneBefore() {
            var session = polling();
            session.beginPost();
            candidate(session).says("5", "4w0").dies();

            session.receivePayload("4p0");
            session.endPost();

            assertThat(diary.heard).containsExactly("p0", "w0");
            assertThat(diary.ends).containsExactly(CloseReason.TRANSPORT_CLOSE);
        }

        @Test
        void takesNoPostAfterTheUpgradeWhichDoesNoHarm() {
            var session = polling();
            var socket = candidate(session).says("2probe", "5");

            assertThat(session.beginPost()).isFalse();
            socket.says("4w");

            assertThat(diary.heard).containsExactly("w");
            assertThat(diary.ends).isEmpty();
        }
    }

    private static void awaitThat(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Nested
    class Overlap {

        @Test
        void ofTwoGetsClosesTheSession() {
            var session = polling();
            var first = poll(session);

            assertThat(poll(session).answers()).containsExactly("400");
            assertThat(first.answers()).containsExactly("1");
            assertThat(diary.ends).containsExactly(CloseReason.TRANSPORT_ERROR);
            assertThat(poll(session).answers()).containsExactly("UNKNOWN_SID");
            assertThat(server.size()).isZero();
        }

        @Test
        void ofTwoPostsClosesTheSession() {
            var session = polling();
            var waiting = poll(session);
            assertThat(session.beginPost()).isTrue();

            assertThat(session.beginPost()).isFalse();

            assertThat(waiting.answers()).containsExactly("1");
            session.receivePayload("4late");
            assertThat(diary.heard).isEmpty();
            assertThat(diary.ends).containsExactly(CloseReason.TRANSPORT_ERROR);
            assertThat(server.find(session.sid())).isEmpty();
        }

        @Test
        void ofAGetAndAPostIsUsual() {
            var session = polling();
            var waiting = poll(session);

            post(session, "4a");

            assertThat(waiting.answers()).isEmpty();
            assertThat(diary.ends).isEmpty();
        }

        @Test
        void ofTwoGetsIsAnsweredOnceEachByWhateverThreads() throws Exception {
            for (var round = 0; round < 500; round++) {
                var session = polling();
                var polls = List.of(new FakePoll(), new FakePoll());
                var start = new CyclicBarrier(2);
                var calls = polls.stream()
                        .map(poll -> threads.submit(() -> {
                            start.await();
                            session.poll(poll);
                            return null;
                        }))
                        .toList();
                for (var call : calls) {
                    call.get();
                }
                assertThat(polls.stream().flatMap(poll -> poll.answers().stream()))
                        .containsExactlyInAnyOrder("1", "400");
            }
        }
    }

    @Nested
    class End {

        @Test
        void byTheClientAnswersTheWaitingGetWithANoop() {
            var session = polling();
            var waiting = poll(session);

            post(session, "1");

            assertThat(waiting.answers()).containsExactly("6");
            assertThat(poll(session).answers()).containsExactly("UNKNOWN_SID");
            assertThat(diary.ends).containsExactly(CloseReason.TRANSPORT_CLOSE);
            assertThat(server.size()).isZero();
        }

        @Test
        void byTheClientAnswersOneLateGetWithANoop() {
            var session = polling();

            post(session, "1");

            assertThat(server.find(session.sid())).isPresent();
            assertThat(poll(session).answers()).containsExactly("6");
            assertThat(server.find(session.sid())).isEmpty();
            assertThat(poll(session).answers()).containsExactly("UNKNOWN_SID");
            assertThat(server.size()).isZero();
        }

        @Test
        void byTheServerAnswersTheWaitingGet() {
            var session = polling();
            var waiting = poll(session);

            session.close(CloseReason.FORCED_CLOSE);

            assertThat(waiting.answers()).containsExactly("1");
            assertThat(server.find(session.sid())).isEmpty();
        }

        @Test
        void byTheServerWaitsForTheNextGetAndGivesItAllThatWaits() {
            var session = polling();
            say(session, "41");
            say(session, "42");

            session.close(CloseReason.FORCED_CLOSE);

            assertThat(diary.ends).containsExactly(CloseReason.FORCED_CLOSE);
            assertThat(poll(session).answers()).containsExactly("441|442|1");
            assertThat(poll(session).answers()).containsExactly("UNKNOWN_SID");
            assertThat(server.size()).isZero();
        }

        @Test
        void byTheServerIsForgottenWhenTheClientNeverPollsAgain() {
            var session = polling();
            session.close(CloseReason.FORCED_CLOSE);

            assertThat(session.tick(in(Duration.ofSeconds(29)))).isTrue();
            assertThat(session.tick(in(Duration.ofSeconds(31)))).isFalse();
            assertThat(session.isOver()).isTrue();
        }

        @Test
        void byAnAbortedGet() {
            var session = polling();
            var waiting = poll(session);

            session.pollAborted(waiting);

            assertThat(waiting.answers()).isEmpty();
            assertThat(diary.ends).containsExactly(CloseReason.TRANSPORT_CLOSE);
            assertThat(poll(session).answers()).containsExactly("UNKNOWN_SID");
        }

        @Test
        void isNotBroughtByAnAbortOfAGetThatWasAnswered() {
            var session = polling();
            var answered = poll(session);
            say(session, "a");
            var waiting = poll(session);

            session.pollAborted(answered);

            assertThat(diary.ends).isEmpty();
            say(session, "b");
            assertThat(waiting.answers()).containsExactly("4b");
        }

        @Test
        void byTheClientOnAWebSocketClosesItAtOnce() {
            var socket = webSocket();

            socket.says("1");

            assertThat(socket.heard()).endsWith("close");
            assertThat(diary.ends).containsExactly(CloseReason.TRANSPORT_CLOSE);
            assertThat(server.size()).isZero();
        }

        @Test
        void ofAWebSocketComesAfterWhatWaits() {
            var socket = webSocket();
            socket.hold();
            say(latest, "a");
            say(latest, "b");

            latest.close(CloseReason.FORCED_CLOSE);
            socket.release();

            assertThat(socket.heard().subList(1, 4)).containsExactly("4a", "4b", "close");
        }

        @Test
        void ofAWebSocketComesAfterWhatAnotherThreadIsAboutToWrite() throws Exception {
            server = serverWith(roomy());
            for (var round = 0; round < 1_000; round++) {
                var socket = webSocket();
                var session = latest;
                var start = new CyclicBarrier(2);
                var words = IntStream.range(0, 200).mapToObj(n -> "4" + n).toList();
                words.forEach(word -> session.offer(Outgoing.of(new Message(word.substring(1)))));
                var writer = threads.submit(() -> {
                    start.await();
                    session.flush();
                    return null;
                });
                start.await();
                session.close(CloseReason.FORCED_CLOSE);
                writer.get();

                var heard = socket.heard();
                assertThat(heard).endsWith("close");
                assertThat(heard.subList(1, heard.size() - 1))
                        .as("round " + round)
                        .isEqualTo(words);
            }
        }

        @Test
        void endsTcpOfAWebSocketWhoseClientDoesNotAnswerTheClose() {
            var socket = webSocket();

            latest.close(CloseReason.FORCED_CLOSE);
            server.tick(in(Duration.ofSeconds(1)));
            server.tick(in(Duration.ofSeconds(10)));

            assertThat(socket.isEnded()).isTrue();
        }

        @Test
        void byTheWebSocketThatDies() {
            webSocket().dies();

            assertThat(diary.ends).containsExactly(CloseReason.TRANSPORT_CLOSE);
            assertThat(server.size()).isZero();
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "abc", "9", "b!"})
        void byGarbageOnAWebSocket(String text) {
            var socket = webSocket();

            socket.says(text);

            assertThat(socket.heard()).endsWith("close");
            assertThat(diary.ends).containsExactly(CloseReason.PARSE_ERROR);
        }

        @Test
        void isToldAndForgottenAlsoWhenTheAnswerOfTheWaitingGetFails() {
            var session = polling();
            session.poll(new FakePoll().whenAnswered(() -> {
                throw new IllegalArgumentException("the container has recycled the response");
            }));

            try {
                session.close(CloseReason.FORCED_CLOSE);
            } catch (IllegalArgumentException e) {
                // What matters is the rest.
            }

            assertThat(diary.ends).containsExactly(CloseReason.FORCED_CLOSE);
            assertThat(server.size()).isZero();
        }

        @Test
        void isDoneAlsoWhenTheListenerFailsAtIt() {
            var session = polling();
            diary.whenClosed = () -> {
                throw new IllegalStateException("wanted by the test");
            };

            assertThatCode(() -> session.close(CloseReason.FORCED_CLOSE)).doesNotThrowAnyException();
        }

        @Test
        void ofAllSessionsIsDoneAlsoWhenOneListenerFailsAtIt() {
            for (var n = 0; n < 10; n++) {
                polling();
            }
            diary.whenClosed = () -> {
                throw new IllegalStateException("wanted by the test");
            };

            try {
                server.close();
            } catch (IllegalStateException e) {
                // What matters is the rest.
            }

            assertThat(diary.ends).hasSize(10);
        }

        @Test
        void isToldOnceWhateverBringsItOn8Threads() throws Exception {
            for (var round = 0; round < 500; round++) {
                var told = new Diary();
                var clock = new FakeTimer();
                var owner = new EngineServer(SETTINGS, (one, principal) -> told, clock.asExecutor(), Runnable::run);
                var session = owner.open(EngineSettings.POLLING, null, true).orElseThrow();
                poll(session);
                var transport = session.newCandidate(System.nanoTime());
                var socket = FakeWebSocket.opened(transport).says("2probe");
                var polls = new ConcurrentLinkedQueue<FakePoll>();
                Runnable poll = () -> {
                    var one = new FakePoll();
                    polls.add(one);
                    session.poll(one);
                };
                var start = new CyclicBarrier(8);
                var far = in(Duration.ofMinutes(5));
                var calls = List.<Runnable>of(
                                () -> session.close(CloseReason.FORCED_CLOSE),
                                poll,
                                poll,
                                () -> post(session, "4a", "1"),
                                () -> post(session, "abc"),
                                () -> socket.says("5"),
                                () -> session.tick(far),
                                () -> say(session, "x"))
                        .stream()
                        .map(call -> threads.submit(() -> {
                            start.await();
                            call.run();
                            return null;
                        }))
                        .toList();
                for (var call : calls) {
                    call.get();
                }

                assertThat(told.ends).hasSize(1);
                poll.run();
                poll.run();
                assertThat(polls).allSatisfy(one -> assertThat(one.answers()).hasSize(1));
                assertThat(session.isOver()).isTrue();
                clock.tick();
                assertThat(owner.size()).isZero();
            }
        }
    }

    @Nested
    class Time {

        @Test
        void bringsAPingToTheNextPoll() {
            var session = polling();

            session.tick(in(Duration.ofSeconds(25)));
            session.tick(in(Duration.ofSeconds(26)));

            assertThat(poll(session).answers()).containsExactly("2");
        }

        @Test
        void bringsAPingToAWaitingPollAndAnotherAfterThePong() {
            var session = polling();
            var waiting = poll(session);

            session.tick(in(Duration.ofSeconds(24)));
            assertThat(waiting.answers()).isEmpty();
            session.tick(in(Duration.ofSeconds(25)));
            assertThat(waiting.answers()).containsExactly("2");
            post(session, "3");
            var next = poll(session);
            session.tick(in(Duration.ofSeconds(25)));

            assertThat(next.answers()).containsExactly("2");
        }

        @Test
        void bringsAPingEvenIfThereIsNoRoom() {
            var session = polling();
            IntStream.range(0, 6).forEach(n -> say(session, "x"));

            session.tick(in(Duration.ofSeconds(25)));

            assertThat(poll(session).answers()).containsExactly("4x|4x|4x|4x|2");
        }

        @Test
        void endsASessionWithoutPong() {
            var session = polling();
            session.tick(in(Duration.ofSeconds(25)));
            poll(session);
            var waiting = poll(session);

            assertThat(session.tick(in(Duration.ofMillis(44_900)))).isTrue();
            assertThat(waiting.answers()).isEmpty();
            assertThat(session.tick(in(Duration.ofSeconds(46)))).isFalse();

            assertThat(waiting.answers()).containsExactly("1");
            assertThat(diary.ends).containsExactly(CloseReason.PING_TIMEOUT);
        }

        @Test
        void endsASessionInTimeThoughThePingWasATickLate() {
            var session = polling();
            session.tick(in(Duration.ofMillis(25_250)));

            session.expire(in(Duration.ofSeconds(45)));

            assertThat(diary.ends).containsExactly(CloseReason.PING_TIMEOUT);
        }

        @Test
        void endsASessionWhenARequestAsksAlthoughTheClockHasNotTicked() {
            server = serverWith(SETTINGS.toBuilder()
                    .pingInterval(Duration.ofMillis(10))
                    .pingTimeout(Duration.ofMillis(10))
                    .build());
            var session = polling();
            var begin = System.nanoTime();

            await().until(() ->
                    System.nanoTime() - begin > Duration.ofMillis(20).toNanos());

            assertThat(server.find(session.sid())).isEmpty();
            assertThat(diary.ends).containsExactly(CloseReason.PING_TIMEOUT);
            assertThat(server.size()).isZero();
        }

        @ParameterizedTest
        @ValueSource(
                strings = {"81", "81 85 00 00", "81 85 00 00 00 00 34 61", "01 81 00 00 00 00 34", "89 80 00 00 00 00"})
        void endsAWebSocketThatNeverCompletesAMessage(String bytes) {
            var socket = webSocket()
                    .sendsRaw(Pattern.compile(" ")
                            .splitAsStream(bytes)
                            .mapToInt(hex -> Integer.parseInt(hex, 16))
                            .toArray());
            server.tick(in(Duration.ofSeconds(25)));

            server.tick(in(Duration.ofSeconds(46)));
            assertThat(diary.ends).containsExactly(CloseReason.PING_TIMEOUT);
            assertThat(server.size()).isZero();
            server.tick(in(Duration.ofSeconds(52)));

            assertThat(socket.isEnded()).isTrue();
        }

        @Test
        void endsAWebSocketThatNeverOpens() {
            server.open(EngineSettings.WEBSOCKET, null, true);

            server.tick(in(Duration.ofSeconds(46)));

            assertThat(diary.ends).containsExactly(CloseReason.PING_TIMEOUT);
            assertThat(server.size()).isZero();
        }

        @Test
        void endsASilentWebSocket() {
            var socket = webSocket();
            latest.tick(in(Duration.ofSeconds(25)));
            assertThat(socket.heard()).endsWith("2");

            assertThat(latest.tick(in(Duration.ofSeconds(46)))).isFalse();

            assertThat(socket.heard()).endsWith("close");
            assertThat(diary.ends).containsExactly(CloseReason.PING_TIMEOUT);
        }
    }

    @Nested
    class Upgrading {

        @Test
        void goesAsInTheProtocol() {
            var session = polling();
            var socket = candidate(session);
            var waiting = poll(session);
            assertThat(socket.heard()).isEmpty();

            socket.says("2probe");
            assertThat(socket.heard()).containsExactly("3probe");
            assertThat(waiting.answers()).isEmpty();
            timer.endPauses();
            assertThat(waiting.answers()).containsExactly("6");
            socket.says("5", "4hello");
            say(session, "welcome");

            assertThat(socket.heard()).containsExactly("3probe", "4welcome");
            assertThat(diary.heard).containsExactly("hello");
            assertThat(session.transportName()).isEqualTo("websocket");
        }

        @Test
        void letsAPollGoThatComesAfterTheProbe() {
            var session = polling();
            var socket = candidate(session).says("2probe");
            timer.endPauses();

            var late = poll(session);
            timer.endPauses();

            assertThat(late.answers()).containsExactly("6");
            assertThat(socket.heard()).containsExactly("3probe");
        }

        @Test
        void letsNoPollGoBeforeTheProbe() {
            var session = polling();
            candidate(session);

            var waiting = poll(session);
            timer.endPauses();

            assertThat(waiting.answers()).isEmpty();
        }

        @Test
        void losesAndDoublesNothingAndKeepsTheOrder() {
            var session = polling();
            say(session, "before");
            assertThat(poll(session).answers()).containsExactly("4before");
            var socket = candidate(session);
            say(session, "during 1");
            socket.says("2probe");
            assertThat(poll(session).answers()).containsExactly("4during 1");
            say(session, "during 2");
            say(session, "during 3");
            socket.says("5");
            say(session, "after");

            assertThat(socket.heard()).containsExactly("3probe", "4during 2", "4during 3", "4after");
            timer.endPauses();
            assertThat(socket.heard()).hasSize(4);
        }

        @Test
        void losesNothingWhileOthersTalk() throws Exception {
            server = serverWith(roomy());
            for (var round = 0; round < 50; round++) {
                var session = polling();
                var start = new CyclicBarrier(2);
                var talker = threads.submit(() -> {
                    start.await();
                    for (var n = 0; n < 300; n++) {
                        say(session, "" + n);
                    }
                    return null;
                });
                var polled = new FakePoll();
                session.poll(polled);
                var socket = candidate(session);
                start.await();
                socket.says("2probe");
                timer.endPauses();
                socket.says("5");
                talker.get();

                var got = new ArrayList<String>();
                polled.answers().stream()
                        .filter(answer -> answer.startsWith("4"))
                        .forEach(answer -> got.addAll(List.of(answer.split("\\|"))));
                got.addAll(socket.heard());
                got.remove("3probe");
                assertThat(got)
                        .containsExactlyElementsOf(
                                IntStream.range(0, 300).mapToObj(n -> "4" + n).toList());
            }
        }

        @Test
        void refusesAGetThatStillWaits() {
            var session = polling();
            var socket = candidate(session).says("2probe");
            var waiting = poll(session);

            socket.says("5");

            assertThat(waiting.answers()).containsExactly("BAD_REQUEST");
            timer.endPauses();
            assertThat(waiting.answers()).hasSize(1);
            assertThat(diary.ends).isEmpty();
        }

        @Test
        void isNotHarmedWhenTheClientDoesNotTakeTheAnswerToAGetThatStillWaited() {
            var session = polling();
            var socket = candidate(session).says("2probe");
            var gone = new FakeExchange("GET", "").answerFails();
            new Polling(session, gone.request()).begin();

            socket.says("5", "4hello");

            assertThat(diary.ends).isEmpty();
            assertThat(diary.heard).containsExactly("hello");
        }

        @Test
        void isNotHarmedByLaterRequests() {
            var session = polling();
            var socket = candidate(session).says("2probe", "5");

            assertThat(poll(session).answers()).containsExactly("BAD_REQUEST");
            assertThat(session.wants(session.newCandidate(System.nanoTime()))).isFalse();

            socket.says("4hello");
            assertThat(diary.heard).containsExactly("hello");
        }

        @Test
        void worksWithoutProbe() {
            var session = polling();
            say(session, "waiting");

            var socket = candidate(session).says("5");

            assertThat(socket.heard()).containsExactly("4waiting");
        }

        @ParameterizedTest
        @ValueSource(strings = {"4hello", "2", "3probe", "0{}", "1", "", "abc"})
        void failsUponAnotherFirstFrameAndPollingGoesOn(String frame) {
            var session = polling();

            var socket = candidate(session).says(frame);

            assertThat(socket.heard()).containsExactly("close");
            assertGoesOnByPolling(session);
        }

        @Test
        void failsUponBytesAndPollingGoesOn() {
            var session = polling();

            var socket = candidate(session).saysBytes((byte) 1);

            assertThat(socket.heard()).containsExactly("close");
            assertGoesOnByPolling(session);
        }

        @Test
        void failsWhenTheSocketDiesAndPollingGoesOn() {
            var session = polling();
            candidate(session).says("2probe").dies();

            assertGoesOnByPolling(session);
        }

        @Test
        void failsWhenItTakesTooLongAndPollingGoesOn() {
            var session = polling();
            var socket = candidate(session).says("2probe");

            session.tick(in(Duration.ofMillis(9_900)));
            assertThat(socket.heard()).containsExactly("3probe");
            session.tick(in(Duration.ofMillis(10_100)));

            assertThat(socket.heard()).containsExactly("3probe", "close");
            assertGoesOnByPolling(session);
        }

        @Test
        void isNotHarmedByTheTimeItMightHaveTaken() {
            var session = polling();
            var socket = candidate(session).says("2probe", "5");

            session.tick(in(Duration.ofMillis(10_100)));
            socket.says("4hello");

            assertThat(socket.heard()).doesNotContain("close");
            assertThat(diary.heard).containsExactly("hello");
        }

        @Test
        void endsTcpOfAFailedSocketWhoseClientDoesNotAnswerTheClose() {
            var session = polling();
            var socket = candidate(session).says("4hello");

            server.tick(in(Duration.ofSeconds(1)));
            server.tick(in(Duration.ofSeconds(10)));

            assertThat(socket.isEnded()).isTrue();
        }

        @Test
        void closesASocketThatOpensAfterItsTime() {
            var session = polling();
            var late = session.newCandidate(System.nanoTime());
            session.tick(in(Duration.ofMillis(10_100)));

            assertThat(FakeWebSocket.opened(late).heard()).containsExactly("close");
            assertGoesOnByPolling(session);
        }

        @Test
        void closesASocketThatOpensWhenTheSessionIsAboutToEnd() {
            var session = polling();
            var late = session.newCandidate(System.nanoTime());
            session.close(CloseReason.FORCED_CLOSE);

            assertThat(FakeWebSocket.opened(late).heard()).containsExactly("close");
        }

        @Test
        void takesOneSocketAtATimeAndAnotherWhenTheFirstHasFailed() {
            var session = polling();
            var first = candidate(session);

            assertThat(session.wants(session.newCandidate(System.nanoTime()))).isFalse();
            first.says("4hello");
            var second = candidate(session).says("2probe", "5", "4hello");

            assertThat(second.heard()).containsExactly("3probe");
            assertThat(diary.heard).containsExactly("hello");
        }

        @Test
        void doesNotKeepAnswersToProbesForAClientThatDoesNotReadThem() {
            var session = polling();
            var socket = candidate(session);
            socket.hold();

            for (var n = 0; n < 10_000; n++) {
                socket.says("2probe");
            }
            assertThat(timer.pauses).hasSizeLessThan(100);
            socket.release();

            assertThat(socket.heard()).hasSizeLessThan(100);
        }

        @Test
        void closesTheSocketWithTheSession() {
            var session = polling();
            var socket = candidate(session).says("2probe");

            post(session, "1");

            assertThat(socket.heard()).containsExactly("3probe", "close");
        }

        @Test
        void isNotOfferedWhenItIsNotAllowed() {
            server = serverWith(SETTINGS.toBuilder().allowUpgrades(false).build());
            var session = server.open(EngineSettings.POLLING, null, true).orElseThrow();

            assertThat(poll(session).answers().get(0)).contains("\"upgrades\":[]");
            assertThat(session.wants(session.newCandidate(System.nanoTime()))).isFalse();
        }

        private void assertGoesOnByPolling(EngineSession session) {
            assertThat(session.transportName()).isEqualTo("polling");
            assertThat(diary.ends).isEmpty();
            say(session, "still here");
            assertThat(poll(session).answers()).containsExactly("4still here");
            post(session, "4me too");
            assertThat(diary.heard).endsWith("me too");
        }
    }
}
