package dev.herald.feed;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;

import dev.herald.outbox.OutboundBudget;
import jakarta.websocket.SendResult;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TextSocketTest {

    private static final Duration WRITE_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration PING_INTERVAL = Duration.ofSeconds(25);
    private static final Duration PING_TIMEOUT = Duration.ofSeconds(20);
    private static final Duration A_MOMENT = Duration.ofSeconds(1);

    private final OutboundBudget budget = new OutboundBudget(1_000_000_000, Runnable::run);
    private final FakeSession session = new FakeSession();
    private final Diary owner = new Diary();
    private final ExecutorService threads = Executors.newFixedThreadPool(8);
    private final Queue<Runnable> slowWork = new ArrayDeque<>();
    /** What pings run on; an idle thread, as far as a test can tell. */
    private Consumer<Runnable> pinger = Runnable::run;

    @AfterEach
    void stopThreads() {
        threads.shutdownNow();
    }

    @Nested
    class Writing {

        @Test
        void happensAtOnceWhenTheSocketIsFree() {
            var socket = socket(10, 1_000);

            say(socket, "a");
            say(socket, "b");

            assertThat(session.texts()).containsExactly("a", "b");
            assertThat(owner.sent).containsExactly("a", "b");
        }

        @Test
        void waitsForTheFlush() {
            var socket = socket(10, 1_000);

            socket.offer(frame("a"));

            assertThat(session.texts()).isEmpty();
        }

        @Test
        void hasOneSendInFlightAndTheNextBeginsWhenItIsComplete() {
            session.hold();
            var socket = socket(10, 1_000);

            Stream.of("a", "b", "c").forEach(text -> say(socket, text));

            assertThat(session.texts()).containsExactly("a");
            assertThat(owner.sent).isEmpty();
            session.complete();
            assertThat(session.texts()).containsExactly("a", "b");
            assertThat(owner.sent).containsExactly("a");
            session.complete();
            session.complete();
            assertThat(session.texts()).containsExactly("a", "b", "c");
            assertThat(session.heldSends()).isZero();
        }

        @Test
        void sendsAllThatWaitsAsOneListToAPeerThatTakesLists() {
            session.hold();
            var socket = socket(10, 1_000, WRITE_TIMEOUT, true);

            Stream.of("{\"n\":1}", "{\"n\":2}", "{\"n\":3}").forEach(text -> say(socket, text));
            session.complete();
            session.complete();

            assertThat(session.texts()).containsExactly("{\"n\":1}", "[{\"n\":2},{\"n\":3}]");
            assertThat(owner.sent).containsExactly("{\"n\":1}", "{\"n\":2}", "{\"n\":3}");
        }

        @Test
        void sendsNoListLongerThan64KiBUnlessOneMessageIs() {
            session.hold();
            var socket = socket(100, 10_000_000, WRITE_TIMEOUT, true);
            var long1 = "\"" + "a".repeat(40_000) + "\"";

            Stream.of("0", long1, long1, long1, "4").forEach(text -> say(socket, text));
            Stream.of(1, 2, 3).forEach(n -> session.complete());

            assertThat(session.texts()).containsExactly("0", "[" + long1 + "," + long1 + "]", "[" + long1 + ",4]");
        }

        @Test
        void sendsNoMoreInOneListThanMayBeUnconfirmed() {
            session.hold();
            var socket = socket(4, 1_000, WRITE_TIMEOUT, true);

            Stream.of("0", "1", "2", "3", "4").forEach(text -> say(socket, text));
            session.complete();

            assertThat(session.texts()).containsExactly("0", "[1,2,3]");
        }

        @Test
        void takesTwentyThousandCompletionsOnTheSendingThreadWithoutOverflowingTheStack() {
            var socket = socket(20_000, 1_000_000);
            var frames = numbers(20_000);
            frames.forEach(text -> socket.offer(frame(text)));

            socket.flush();

            assertThat(session.texts()).isEqualTo(frames);
        }

        @Test
        void takesCompletionsOnOtherThreads() {
            session.completeOn(threads);
            var socket = socket(5_000, 1_000_000);
            var frames = numbers(5_000);

            frames.forEach(text -> say(socket, text));

            await().untilAsserted(() -> assertThat(owner.sent()).isEqualTo(frames.size()));
            assertThat(session.texts()).isEqualTo(frames);
            assertThat(session.sawOverlappingSends()).isFalse();
        }

        @Test
        void keepsTheOrderOf8ThreadsAndHasOneSendInFlightHoweverSendsComplete() throws Exception {
            var frames = 2_000;
            session.whenSending((text, handler) -> {
                if (text.hashCode() % 3 == 0) {
                    handler.onResult(new SendResult());
                } else {
                    threads.execute(() -> handler.onResult(new SendResult()));
                }
            });
            var socket = socket(8 * frames, 10_000_000);
            var start = new CountDownLatch(1);
            var talkers = IntStream.range(0, 8)
                    .mapToObj(talker -> new Thread(() -> {
                        FakeSession.await(start);
                        for (var n = 0; n < frames; n++) {
                            assertThat(socket.offer(frame(talker + ":" + n))).isTrue();
                            socket.flush();
                        }
                    }))
                    .toList();
            talkers.forEach(Thread::start);

            start.countDown();
            for (var talker : talkers) {
                talker.join();
            }

            await().untilAsserted(() -> assertThat(owner.sent()).isEqualTo(8 * frames));
            assertThat(session.texts()).hasSize(8 * frames);
            for (var talker = 0; talker < 8; talker++) {
                var prefix = talker + ":";
                assertThat(session.texts().stream().filter(text -> text.startsWith(prefix)))
                        .containsExactlyElementsOf(
                                numbers(frames).stream().map(prefix::concat).toList());
            }
            assertThat(session.sawOverlappingSends()).isFalse();
        }

        @Test
        void goesOnWithWhatIsOfferedWhileASendCompletes() {
            var socket = socket(10, 1_000);
            session.whenSending((text, handler) -> {
                if (text.equals("a")) {
                    say(socket, "b");
                }
                handler.onResult(new SendResult());
            });

            say(socket, "a");

            assertThat(session.texts()).containsExactly("a", "b");
            assertThat(session.sawOverlappingSends()).isFalse();
        }
    }

    @Nested
    class Room {

        @Test
        void isForSoManyMessagesBesidesTheOneInFlight() {
            session.hold();
            var socket = socket(3, 1_000);
            say(socket, "in flight");

            assertThat(Stream.of("a", "b", "c", "d").map(text -> socket.offer(frame(text))))
                    .containsExactly(true, true, true, false);
        }

        @Test
        void isForSoManyBytesBesidesTheOneInFlight() {
            session.hold();
            var socket = socket(100, 10);
            say(socket, "in flight");

            assertThat(Stream.of("12345", "12345", "1").map(text -> socket.offer(frame(text))))
                    .containsExactly(true, true, false);
        }

        @Test
        void isForAnyOneFrameWhenNothingWaits() {
            session.hold();
            var socket = socket(100, 10);

            assertThat(socket.offer(frame("longer than all that may wait"))).isTrue();
            assertThat(socket.offer(frame(""))).isFalse();
        }

        @Test
        void isThereAgainByAsMuchAsWasWritten() {
            session.hold();
            var socket = socket(100, 10);
            say(socket, "in flight");
            socket.offer(frame("12345"));
            socket.offer(frame("12345"));

            session.complete();

            assertThat(socket.offer(frame("123456"))).isFalse();
            assertThat(socket.offer(frame("12345"))).isTrue();
        }

        @Test
        void isToldOfOnceWhenAQuarterIsLeftAfterARefusal() {
            session.hold();
            var socket = socket(4, 1_000);
            Stream.of("in flight", "a", "b", "c", "d").forEach(text -> say(socket, text));
            socket.offer(frame("refused"));

            session.complete();
            session.complete();
            assertThat(owner.drained).isZero();
            session.complete();
            assertThat(owner.drained).isOne();
            session.completeInline();
            session.complete();
            assertThat(owner.drained).isOne();
        }

        @Test
        void isNotToldOfWhenNothingWasRefused() {
            session.hold();
            var socket = socket(4, 1_000);
            answerPings(socket);
            Stream.of("in flight", "a", "b", "c", "d").forEach(text -> say(socket, text));

            session.completeInline();
            session.complete();

            assertThat(session.texts()).hasSize(5);
            assertThat(owner.drained).isZero();
        }

        @Test
        void isUsedByWhoIsToldOfItAndTheOrderStays() {
            session.hold();
            var socket = socket(2, 1_000);
            Stream.of("a", "b", "c").forEach(text -> say(socket, text));
            socket.offer(frame("refused"));
            owner.whenDrained = () -> say(socket, "d");
            session.completeInline();
            answerPings(socket);

            session.complete();

            assertThat(session.texts()).containsExactly("a", "b", "c", "d");
            assertThat(session.sawOverlappingSends()).isFalse();
        }

        /** As the hub does it when it reads the log: offers until it is refused, and goes on when it is told. */
        @Test
        void isAlwaysToldOfSoThatNothingIsEverStuck() {
            pinger = threads::execute;
            var frames = numbers(20_000);
            session.whenSending((text, handler) -> {
                if (text.hashCode() % 2 == 0) {
                    handler.onResult(new SendResult());
                } else {
                    threads.execute(() -> handler.onResult(new SendResult()));
                }
            });
            var socket = socket(4, 1_000);
            session.whenPinging(payload -> threads.execute(() -> socket.pong(payload)));
            var next = new AtomicInteger();
            var turns = new AtomicInteger();
            Runnable fill = () -> {
                if (turns.getAndIncrement() > 0) {
                    return;
                }
                do {
                    turns.set(1);
                    while (next.get() < frames.size() && socket.offer(frame(frames.get(next.get())))) {
                        next.incrementAndGet();
                        socket.flush();
                    }
                } while (!turns.compareAndSet(1, 0));
            };
            owner.whenDrained = fill;

            fill.run();

            await().atMost(20, SECONDS)
                    .untilAsserted(() -> assertThat(owner.sent()).isEqualTo(frames.size()));
            assertThat(session.texts()).isEqualTo(frames);
            assertThat(session.sawOverlappingSends()).isFalse();
        }
    }

    @Nested
    class WhatThePeerHasNotConfirmed {

        @Test
        void stopsTheWritingAfterSoManyMessages() {
            var socket = socket(16, 1_000);

            numbers(20).forEach(text -> say(socket, text));

            assertThat(session.texts()).isEqualTo(numbers(16));
            assertThat(session.pings()).hasSize(8);
        }

        @Test
        void stopsTheWritingAfterSoManyBytes() {
            var socket = socket(1_000, 80);

            Stream.generate(() -> "0123456789").limit(20).forEach(text -> say(socket, text));

            assertThat(session.texts()).hasSize(8);
            assertThat(session.pings()).hasSize(8);
        }

        @Test
        void isAskedForByAPingAfterEachEighth() {
            var socket = socket(16, 1_000);

            say(socket, "0");
            assertThat(session.pings()).isEmpty();
            say(socket, "1");
            assertThat(session.pings()).hasSize(1);
            say(socket, "2");
            assertThat(session.pings()).hasSize(1);
        }

        @Test
        void goesOnWithThePongOfThePing() {
            var socket = socket(16, 1_000);
            numbers(32).forEach(text -> say(socket, text));

            socket.pong(session.pings().get(0));

            assertThat(session.texts()).isEqualTo(numbers(18));
        }

        @Test
        void isConfirmedUpToALaterPingByItsPong() {
            var socket = socket(16, 1_000);
            numbers(32).forEach(text -> say(socket, text));

            socket.pong(session.pings().get(3));
            assertThat(session.texts()).isEqualTo(numbers(24));
            socket.pong(session.pings().get(1));

            assertThat(session.texts()).isEqualTo(numbers(24));
        }

        @Test
        void isNotConfirmedTwiceByOnePong() {
            var socket = socket(16, 1_000);
            numbers(32).forEach(text -> say(socket, text));

            socket.pong(session.pings().get(0));
            socket.pong(session.pings().get(0));

            assertThat(session.texts()).isEqualTo(numbers(18));
        }

        @Test
        void isNotConfirmedByAnyOtherPong() {
            var socket = socket(16, 1_000);
            numbers(32).forEach(text -> say(socket, text));
            var token = session.pings().get(0).getLong(0);

            socket.pong(ByteBuffer.allocate(0));
            socket.pong(ByteBuffer.allocate(Long.BYTES));
            socket.pong(ByteBuffer.allocate(Long.BYTES).putLong(0, token + 2));
            socket.pong(ByteBuffer.allocate(Long.BYTES + 1).putLong(0, token));
            socket.pong(ByteBuffer.allocate(125));

            assertThat(session.texts()).isEqualTo(numbers(16));
        }

        /** Whoever reads nothing has no token to show. */
        @Test
        void isNotConfirmedByZerosWhileItIsNotAskedForEither() {
            var socket = socket(16, 1_000);

            for (var text : numbers(32)) {
                say(socket, text);
                socket.pong(ByteBuffer.allocate(Long.BYTES));
            }

            assertThat(session.texts()).isEqualTo(numbers(16));
        }

        @Test
        void isConfirmedByAPongWhosePayloadDoesNotBeginAtZero() {
            var socket = socket(16, 1_000);
            numbers(32).forEach(text -> say(socket, text));
            var token = session.pings().get(0).getLong(0);

            socket.pong(ByteBuffer.allocate(20).putLong(5, token).position(5).limit(5 + Long.BYTES));

            assertThat(session.texts()).isEqualTo(numbers(18));
        }

        @Test
        void doesNotCountTheFramesThatAnInlinePongConfirms() {
            var socket = socket(16, 1_000);
            answerPings(socket);
            var frames = numbers(1_000);

            frames.forEach(text -> say(socket, text));

            assertThat(session.texts()).isEqualTo(frames);
        }

        @Test
        void worksForAQueueOfOne() {
            var socket = socket(1, 1);
            say(socket, "0");
            say(socket, "1");
            assertThat(session.texts()).containsExactly("0");

            socket.pong(session.pings().get(0));

            assertThat(session.texts()).containsExactly("0", "1");
        }
    }

    @Nested
    class APeerThatTakesNoData {

        @Test
        void isToldOfWhenASendDoesNotComplete() {
            session.hold();
            var socket = socket(10, 1_000);
            say(socket, "a");

            socket.tick(in(WRITE_TIMEOUT.minus(A_MOMENT)));
            assertThat(owner.stalled).isZero();
            socket.tick(in(WRITE_TIMEOUT.plus(A_MOMENT)));

            assertThat(owner.stalled).isOne();
        }

        @Test
        void isToldOfWhenItConfirmsNothingAndSomethingWaits() {
            var socket = socket(16, 1_000);
            numbers(16).forEach(text -> say(socket, text));
            socket.tick(in(WRITE_TIMEOUT.plus(A_MOMENT)));
            assertThat(owner.stalled).isZero();

            say(socket, "waits");
            socket.tick(in(WRITE_TIMEOUT.minus(A_MOMENT)));
            assertThat(owner.stalled).isZero();
            socket.tick(in(WRITE_TIMEOUT.plus(A_MOMENT)));

            assertThat(owner.stalled).isOne();
        }

        @Test
        void isNotOneThatHasBeenIdleForLong() {
            session.hold();
            var socket = socket(10, 1_000);
            say(socket, "a");
            session.complete();

            socket.tick(in(WRITE_TIMEOUT.multipliedBy(2)));
            say(socket, "b");
            socket.tick(in(WRITE_TIMEOUT.minus(A_MOMENT)));

            assertThat(owner.stalled).isZero();
        }

        @Test
        void isNotOneThatWasIdleWhileItOwedAConfirmation() {
            var timeout = Duration.ofMillis(300);
            var socket = socket(16, 1_000, timeout);
            numbers(16).forEach(text -> say(socket, text));
            var longAgo = in(timeout);
            await().until(() -> System.nanoTime() > longAgo);

            say(socket, "waits");
            socket.tick(in(Duration.ZERO));

            assertThat(session.texts()).hasSize(16);
            assertThat(owner.stalled).isZero();
        }

        @Test
        void isNotOneThatHasMovedSince() {
            session.hold();
            var socket = socket(10, 1_000);
            say(socket, "a");
            say(socket, "b");
            var asLongAgoAsMayBe = in(WRITE_TIMEOUT);
            await().until(() -> System.nanoTime() > asLongAgoAsMayBe - WRITE_TIMEOUT.toNanos() + 1_000_000);

            session.complete();
            socket.tick(asLongAgoAsMayBe + 500_000);

            assertThat(owner.stalled).isZero();
        }
    }

    @Nested
    class ASilentPeer {

        @Test
        void isPingedOnceAfterTheInterval() {
            var socket = socket(10, 1_000);

            socket.tick(in(PING_INTERVAL.minus(A_MOMENT)));
            runSlowWork();
            assertThat(session.pings()).isEmpty();
            socket.tick(in(PING_INTERVAL));
            runSlowWork();
            socket.tick(in(PING_INTERVAL.plus(A_MOMENT)));
            runSlowWork();

            assertThat(session.pings()).containsExactly(ByteBuffer.allocate(0));
        }

        @Test
        void isPingedAgainOnceItWasHeard() {
            var socket = socket(10, 1_000);
            socket.tick(in(PING_INTERVAL));
            runSlowWork();

            socket.pong(ByteBuffer.allocate(0));
            socket.tick(in(PING_INTERVAL));
            runSlowWork();

            assertThat(session.pings()).hasSize(2);
        }

        @Test
        void isLostAfterIntervalAndTimeout() {
            var socket = socket(10, 1_000);

            socket.tick(in(PING_INTERVAL.plus(PING_TIMEOUT).minus(A_MOMENT)));
            runSlowWork();
            assertThat(owner.lost).isEmpty();
            socket.tick(in(PING_INTERVAL.plus(PING_TIMEOUT).plus(A_MOMENT)));

            assertThat(owner.lost).containsExactly("ping timeout");
        }

        @Test
        void isNotLostOnceItIsHeard() {
            var socket = socket(10, 1_000);
            var late = in(PING_INTERVAL.plus(PING_TIMEOUT));
            await().until(() -> late - PING_INTERVAL.plus(PING_TIMEOUT).toNanos() + 1_000_000 < System.nanoTime());

            socket.heard();
            socket.tick(late + 500_000);

            assertThat(owner.lost).isEmpty();
        }

        @Test
        void isPingedBetweenSendsOnly() {
            session.hold();
            var socket = socket(100, 1_000, Duration.ofDays(1));
            say(socket, "a");
            socket.tick(in(PING_INTERVAL));
            runSlowWork();
            assertThat(session.pings()).isEmpty();

            session.complete();
            socket.tick(in(PING_INTERVAL));
            say(socket, "b");
            runSlowWork();

            assertThat(session.pings()).hasSize(1);
            assertThat(session.texts()).containsExactly("a", "b");
            assertThat(session.sawOverlappingSends()).isFalse();
        }

        /** All threads for slow work may be with sessions whose closing takes 20 s. */
        @Test
        void getsItsMessagesWhileThePingWaitsForAThread() {
            pinger = slowWork::add;
            var socket = socket(10, 1_000);
            socket.tick(in(PING_INTERVAL));

            say(socket, "a");
            socket.tick(in(WRITE_TIMEOUT.plus(A_MOMENT)));

            assertThat(session.texts()).containsExactly("a");
            assertThat(owner.stalled).isZero();
        }
    }

    @Nested
    class ABrokenConnection {

        @Test
        void isLostWhenASendFails() {
            session.hold();
            var socket = socket(10, 1_000);
            say(socket, "a");
            say(socket, "b");

            session.breakHeld();

            assertThat(owner.lost).containsExactly("connection lost");
            assertThat(owner.sent).isEmpty();
            assertThat(session.texts()).containsExactly("a");
        }

        @Test
        void isLostWhenTheServerSaysSoByAnException() {
            session.whenSending((text, handler) -> {
                throw new IllegalStateException("the session is closed");
            });

            say(socket(10, 1_000), "a");

            assertThat(owner.lost).containsExactly("connection lost");
        }

        /** Whoever publishes must not suffer from one recipient, whatever its server throws. */
        @Test
        void isLostAndNothingIsThrownWhateverTheServerThrows() {
            var socket = socket(10, 1_000);
            session.whenSending((text, handler) -> {
                throw new RejectedExecutionException("the server goes down");
            });

            assertThatCode(() -> say(socket, "a")).doesNotThrowAnyException();

            assertThat(owner.lost).containsExactly("connection lost");
        }

        @Test
        void isLostWhenAPingOfTheHeartbeatFails() {
            session.whenPinging(payload -> {
                throw new IOException("broken pipe");
            });
            var socket = socket(10, 1_000);

            socket.tick(in(PING_INTERVAL));
            runSlowWork();

            assertThat(owner.lost).containsExactly("connection lost");
        }

        @Test
        void isLostWhenAPingThatAsksForConfirmationFails() {
            session.whenPinging(payload -> {
                throw new IllegalStateException("the session is closed");
            });
            var socket = socket(8, 1_000);

            say(socket, "a");
            say(socket, "b");

            assertThat(owner.lost).containsExactly("connection lost");
            assertThat(session.texts()).containsExactly("a");
        }

        @Test
        void isToldFromAMistakeByTheIoExceptionInItsCauses() {
            assertThat(TextSocket.isBroken(new IOException())).isTrue();
            assertThat(TextSocket.isBroken(new IllegalStateException(new IOException())))
                    .isTrue();
            assertThat(TextSocket.isBroken(new IllegalStateException())).isFalse();
        }
    }

    @Nested
    class Closing {

        @Test
        void isSlowWorkAndDoneOnce() {
            var socket = socket(10, 1_000);

            socket.close(4008, "first");
            socket.close(1009, "second");
            assertThat(session.closes()).isEmpty();
            runSlowWork();

            assertThat(session.closes()).singleElement().satisfies(reason -> {
                assertThat(reason.getCloseCode().getCode()).isEqualTo(4008);
                assertThat(reason.getReasonPhrase()).isEqualTo("first");
            });
        }

        @Test
        void cutsTheReasonToWhatACloseFrameHolds() {
            var socket = socket(10, 1_000);

            socket.close(1008, "r".repeat(1_000));
            runSlowWork();

            assertThat(session.closes().get(0).getReasonPhrase()).isEqualTo("r".repeat(123));
        }

        @Test
        void dropsWhatWaitsAndTakesNoMore() {
            session.hold();
            var socket = socket(10, 1_000);
            say(socket, "a");
            say(socket, "b");

            socket.close(1008, "");
            assertThat(socket.offer(frame("c"))).isFalse();
            session.complete();
            socket.flush();

            assertThat(session.texts()).containsExactly("a");
        }

        @Test
        void endsTheWatching() {
            var socket = socket(10, 1_000);
            assertThat(socket.tick(in(Duration.ZERO))).isTrue();

            socket.close(1008, "");

            assertThat(socket.tick(in(PING_INTERVAL.plus(PING_TIMEOUT).plus(A_MOMENT))))
                    .isFalse();
            assertThat(owner.lost).isEmpty();
        }

        @Test
        void isNotDoneAgainWhenThePeerDidIt() {
            var socket = socket(10, 1_000);

            assertThat(socket.markClosed()).isTrue();
            assertThat(socket.markClosed()).isFalse();
            socket.close(1008, "");
            socket.goAway();
            runSlowWork();

            assertThat(session.closes()).isEmpty();
            assertThat(socket.offer(frame("a"))).isFalse();
        }

        @Test
        void happensAtOnceWhenTheServerGoesDown() {
            socket(10, 1_000).goAway();

            assertThat(session.closes())
                    .singleElement()
                    .satisfies(reason ->
                            assertThat(reason.getCloseCode().getCode()).isEqualTo(1001));
        }

        @Test
        void ofASessionThatIsGoneIsNoError() {
            var socket = socket(10, 1_000);
            session.whenClosing(reason -> {
                throw new IllegalStateException("already closed");
            });

            socket.close(1008, "");

            assertThatCode(TextSocketTest.this::runSlowWork).doesNotThrowAnyException();
        }
    }

    /** A server's ping may block: TomEE writes it on the calling thread, for up to 20 s when the peer reads nothing. */
    @Test
    void aPingThatBlocksHoldsUpNobodyWhoPublishes() {
        pinger = slowWork::add;
        var socket = socket(8, 1_000);
        var unblock = new CountDownLatch(1);
        session.whenPinging(payload -> FakeSession.await(unblock));
        var published = new CountDownLatch(1);

        threads.execute(() -> {
            say(socket, "a");
            published.countDown();
        });

        try {
            await().atMost(2, SECONDS).until(() -> published.getCount() == 0);
        } finally {
            unblock.countDown();
        }
    }

    private TextSocket socket(int messages, long bytes) {
        return socket(messages, bytes, WRITE_TIMEOUT);
    }

    private TextSocket socket(int messages, long bytes, Duration writeTimeout) {
        return socket(messages, bytes, writeTimeout, false);
    }

    private TextSocket socket(int messages, long bytes, Duration writeTimeout, boolean takesLists) {
        var settings = new FeedSettings(
                1_000, messages, bytes, writeTimeout, PING_INTERVAL, PING_TIMEOUT, Duration.ofMillis(500));
        return new TextSocket(
                session.session(),
                takesLists,
                settings,
                budget,
                (socket, work) -> pinger.accept(work),
                (socket, work) -> slowWork.add(work),
                owner);
    }

    private void runSlowWork() {
        while (!slowWork.isEmpty()) {
            slowWork.remove().run();
        }
    }

    private void answerPings(TextSocket socket) {
        session.whenPinging(socket::pong);
    }

    private static void say(TextSocket socket, String text) {
        socket.offer(frame(text));
        socket.flush();
    }

    private static Frame frame(String text) {
        return new Frame.Text(text);
    }

    private static List<String> numbers(int count) {
        return IntStream.range(0, count).mapToObj(Integer::toString).toList();
    }

    /** The time so much later than now, as the clock will tell it. */
    private static long in(Duration later) {
        return System.nanoTime() + later.toNanos();
    }

    /** An owner who writes down what it is told. */
    private static final class Diary implements TextSocket.Owner {

        final List<String> sent = new ArrayList<>();
        final List<String> lost = new ArrayList<>();
        int drained;
        int stalled;
        volatile Runnable whenDrained = () -> {};

        synchronized int sent() {
            return sent.size();
        }

        @Override
        public synchronized void sent(Frame frame) {
            sent.add(frame.text());
        }

        @Override
        public void drained() {
            synchronized (this) {
                drained++;
            }
            whenDrained.run();
        }

        @Override
        public synchronized void stalled() {
            stalled++;
        }

        @Override
        public synchronized void lost(String reason) {
            lost.add(reason);
        }
    }
}
