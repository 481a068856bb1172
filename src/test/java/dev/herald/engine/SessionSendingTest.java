package dev.herald.engine;

import static java.lang.System.Logger.Level.ERROR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.herald.engine.EnginePacket.Message;
import dev.herald.testing.QuietLog;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** How a session begins, and what it sends, keeps and refuses. */
class SessionSendingTest extends SessionFixture {

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
            QuietLog.expect(ERROR, "is closed for a mistake of the server", "wanted by the test");
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
}
