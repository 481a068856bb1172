package dev.herald.engine;

import static java.lang.System.Logger.Level.ERROR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;

import dev.herald.engine.EnginePacket.Message;
import dev.herald.testing.FakeTimer;
import dev.herald.testing.QuietLog;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What ends a session, on purpose or by time, and who hears of it. */
class SessionEndTest extends SessionFixture {

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
        void byTheServerWaitsForTheNextGetsAndGivesThemAllThatWaitsAndThenTheClose() {
            var session = polling();
            say(session, "41");
            say(session, "42");

            session.close(CloseReason.FORCED_CLOSE);

            assertThat(diary.ends).containsExactly(CloseReason.FORCED_CLOSE);
            assertThat(poll(session).answers()).containsExactly("441|442");
            assertThat(server.find(session.sid())).isPresent();
            assertThat(poll(session).answers()).containsExactly("1");
            assertThat(poll(session).answers()).containsExactly("UNKNOWN_SID");
            assertThat(server.size()).isZero();
        }

        /**
         * Socket.IO's library for JavaScript takes the close before the messages of the same answer. It delivers them when it is
         * connected again, and does not say to the server that it has them: they would come twice.
         */
        @Test
        void byTheServerIsNeverInOneAnswerWithMessages() {
            var session = polling();
            var waiting = poll(session);
            session.offer(Outgoing.of(new Message("a")));

            session.close(CloseReason.SERVER_SHUTTING_DOWN);

            assertThat(waiting.answers()).containsExactly("4a");
            assertThat(server.find(session.sid())).isPresent();
            assertThat(poll(session).answers()).containsExactly("1");
            assertThat(server.find(session.sid())).isEmpty();
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
            QuietLog.expect(ERROR, "the end of session", "wanted by the test");
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
            QuietLog.expect(ERROR, "the end of session", "wanted by the test");
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
}
