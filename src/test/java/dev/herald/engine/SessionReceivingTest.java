package dev.herald.engine;

import static java.lang.System.Logger.Level.ERROR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.herald.testing.QuietLog;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a session takes what its client sends, by polling and by WebSocket. */
class SessionReceivingTest extends SessionFixture {

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
            QuietLog.expect(ERROR, "is closed for a mistake of the server", "wanted by the test");
        }

        @Test
        void closesAlsoWhenTheListenerFailsWithAnError() {
            var session = polling();
            diary.whenText = text -> {
                throw new StackOverflowError("wanted by the test");
            };

            assertThatCode(() -> post(session, "4a")).doesNotThrowAnyException();
            assertThat(diary.ends).containsExactly(CloseReason.FORCED_CLOSE);
            QuietLog.expect(ERROR, "is closed for a mistake of the server", "StackOverflowError");
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
}
