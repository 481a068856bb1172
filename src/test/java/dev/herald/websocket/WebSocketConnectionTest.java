package dev.herald.websocket;

import static dev.herald.websocket.ClientFrames.close;
import static dev.herald.websocket.ClientFrames.frame;
import static dev.herald.websocket.ClientFrames.hex;
import static dev.herald.websocket.ClientFrames.join;
import static dev.herald.websocket.ClientFrames.text;
import static dev.herald.websocket.Frames.PING;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.herald.testing.ErrorLog;
import dev.herald.testing.FakeSocket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a connection does with a container that is strict, slow, full or gone. */
@Timeout(60)
class WebSocketConnectionTest {

    private static final Duration WRITE_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);
    private static final WebSocketLimits LIMITS = new WebSocketLimits(1_000, 10, 5, WRITE_TIMEOUT, CLOSE_TIMEOUT);
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final FakeSocket socket = new FakeSocket();
    private final Diary diary = new Diary();
    private final WebSocketConnection connection = new WebSocketConnection();

    /** What the listener heard, and what it does meanwhile. */
    private static final class Diary implements WebSocketListener {

        private final List<String> lines = Collections.synchronizedList(new ArrayList<>());
        private Consumer<String> meanwhile = line -> {};
        private String ours = "";

        private void write(String line) {
            lines.add(line);
            meanwhile.accept(line);
        }

        @Override
        public void onOpen(WebSocketConnection opened) {
            write("open");
        }

        @Override
        public void onText(String message) {
            write("text " + message);
        }

        @Override
        public void onBinary(byte[] message) {
            write("binary " + message.length);
        }

        @Override
        public void onWritable() {
            write("writable");
        }

        @Override
        public boolean onPong(byte[] payload) {
            return new String(payload, UTF_8).equals(ours);
        }

        @Override
        public void onClose(int code, String reason) {
            write("close " + code + " " + reason);
        }
    }

    private void open() {
        connection.start(LIMITS, diary);
        connection.init(socket);
        socket.output.writePossible();
        diary.lines.clear();
    }

    private void send(byte[] frame) {
        connection.send(frame);
        connection.flush();
    }

    private void block() {
        socket.output.free(() -> false);
    }

    private byte[] written() {
        return socket.output.bytes();
    }

    @Test
    void hearsOfTheOpeningFirstAndOnce() {
        connection.start(LIMITS, diary);
        assertThat(diary.lines).isEmpty();
        connection.init(socket);
        socket.output.writePossible();
        socket.input.receive(text("Hello"));

        assertThat(diary.lines).containsExactly("open", "text Hello");
    }

    @Test
    void whatIsSentAtTheOpeningLeavesWhenTheSocketIsReady() {
        connection.start(LIMITS, diary);
        diary.meanwhile = line -> send(Frames.text("welcome"));
        connection.init(socket);
        assertThat(socket.output.writes()).isEmpty();
        diary.meanwhile = line -> {};
        socket.output.writePossible();

        assertThat(written()).isEqualTo(Frames.text("welcome"));
    }

    @Test
    void writesAndFlushesAtOnceWhenTheSocketIsFree() {
        open();
        send(Frames.text("a"));

        assertThat(written()).isEqualTo(Frames.text("a"));
        assertThat(socket.output.flushes).isEqualTo(1);
    }

    @Test
    void writesNothingUntilItIsFlushed() {
        open();
        connection.send(Frames.text("a"));

        assertThat(socket.output.writes()).isEmpty();
        assertThat(connection.pendingFrames()).isEqualTo(1);
        assertThat(connection.pendingBytes()).isEqualTo(3);
    }

    @Test
    void aSharedFrameIsNotCopied() {
        open();
        var shared = Frames.text("to all");
        send(shared);

        assertThat(socket.output.writes()).first().isSameAs(shared);
    }

    @Test
    void whatWaitsLeavesInOneWrite() {
        open();
        connection.send(Frames.text("a"));
        connection.send(Frames.binary(new byte[200]));
        connection.send(Frames.text("b"));
        connection.flush();

        assertThat(socket.output.writes())
                .containsExactly(join(Frames.text("a"), Frames.binary(new byte[200]), Frames.text("b")));
        assertThat(socket.output.flushes).isEqualTo(1);
        assertThat(connection.pendingFrames()).isZero();
        assertThat(connection.pendingBytes()).isZero();
    }

    @Test
    void aWriteIsNoLargerThanASlowPeerTakesInTime() {
        open();
        var half = Frames.binary(new byte[30_000]);
        var huge = Frames.binary(new byte[100_000]);
        connection.send(half);
        connection.send(half);
        connection.send(huge);
        connection.send(half);
        connection.flush();

        assertThat(socket.output.writes()).containsExactly(join(half, half), huge, half);
    }

    @Test
    void whatIsSentWhileTheSocketIsFullWaitsForTheContainersWord() {
        open();
        block();
        send(Frames.text("a"));
        send(Frames.text("b"));
        assertThat(socket.output.writes()).isEmpty();
        assertThat(connection.pendingFrames()).isEqualTo(2);

        socket.output.becomeFree();
        assertThat(socket.output.writes()).containsExactly(join(Frames.text("a"), Frames.text("b")));
    }

    @Test
    void aSocketThatIsFullAfterAWriteIsFlushedLater() {
        open();
        var asked = new int[1];
        socket.output.free(() -> asked[0]++ == 0);
        send(Frames.text("a"));
        assertThat(written()).isEqualTo(Frames.text("a"));
        assertThat(socket.output.flushes).isZero();
        assertThat(diary.lines).isEmpty();

        socket.output.becomeFree();
        assertThat(socket.output.flushes).isEqualTo(1);
        assertThat(diary.lines).containsExactly("writable");
    }

    @Test
    void theContainersWordIsNotLostWhileItIsAsked() {
        open();
        var asked = new int[1];
        socket.output.free(() -> {
            if (asked[0]++ > 0) {
                return true;
            }
            // Another thread is quicker than this answer.
            socket.output.writePossible();
            return false;
        });
        send(Frames.text("a"));

        assertThat(written()).isEqualTo(Frames.text("a"));
    }

    @Test
    void tellsWhenAllHasLeft() {
        open();
        connection.send(Frames.text("a"));
        connection.send(Frames.text("b"));
        assertThat(diary.lines).isEmpty();
        connection.flush();
        connection.flush();

        assertThat(diary.lines).containsExactly("writable");
    }

    @Test
    void sendingMoreWheneverAllHasLeftIsNoRecursion() {
        open();
        var left = new int[] {100_000};
        diary.meanwhile = line -> {
            if (left[0]-- > 0) {
                send(Frames.text("more"));
            }
        };
        send(Frames.text("first"));

        assertThat(socket.output.writes()).hasSize(100_001);
    }

    /** Eight threads send while the container is full every now and then. */
    @Test
    void keepsTheOrderOfEachThread() throws Exception {
        open();
        var threads = 8;
        var each = 5_000;
        var random = new Random(6455);
        var container = Executors.newSingleThreadExecutor();
        var senders = Executors.newFixedThreadPool(threads);
        try {
            socket.output.free(() -> {
                var isFree = random.nextInt(4) > 0;
                if (!isFree) {
                    container.execute(socket.output::writePossible);
                }
                return isFree;
            });
            var all = new ArrayList<Future<?>>();
            for (var thread = 0; thread < threads; thread++) {
                var name = thread;
                all.add(senders.submit(() -> {
                    for (var n = 0; n < each; n++) {
                        send(Frames.binary(
                                ByteBuffer.allocate(8).putInt(name).putInt(n).array()));
                    }
                }));
            }
            for (var one : all) {
                one.get();
            }
            var received = new ArrayList<byte[]>();
            await().until(() -> {
                received.addAll(socket.output.writes());
                return received.stream().mapToInt(bytes -> bytes.length).sum() == threads * each * 10;
            });

            var expected = new int[threads];
            var bytes = ByteBuffer.wrap(join(received.toArray(byte[][]::new)));
            while (bytes.hasRemaining()) {
                assertThat(bytes.getShort()).isEqualTo((short) 0x8208);
                assertThat(expected[bytes.getInt()]++).isEqualTo(bytes.getInt());
            }
        } finally {
            senders.shutdownNow();
            container.shutdownNow();
        }
    }

    @Test
    void hearsMessagesInTheirOrder() {
        open();
        socket.input.receive(join(text("a"), frame(true, Frames.BINARY, "bb")), frame(false, Frames.TEXT, "c"));
        socket.input.receive(frame(true, Frames.CONTINUATION, "d"));

        assertThat(diary.lines).containsExactly("text a", "binary 2", "text cd");
    }

    @Test
    void answersToMessagesThatCameTogetherLeaveTogether() {
        open();
        diary.meanwhile = line -> {
            if (line.startsWith("text")) {
                connection.send(Frames.text("re"));
            }
        };
        socket.input.receive(join(text("a"), text("b"), frame(true, PING, "you")));

        assertThat(socket.output.writes())
                .first()
                .isEqualTo(join(Frames.text("re"), Frames.text("re"), Frames.pong("you".getBytes(UTF_8))));
    }

    @Test
    void answersAPeersClose() {
        open();
        socket.input.receive(close(4_000, "enough"));

        assertThat(written()).isEqualTo(Frames.close(4_000, "enough"));
        assertThat(socket.closes).isEqualTo(1);
        assertThat(diary.lines).containsExactly("close 4000 enough");
        assertThat(connection.tick(0)).isFalse();
    }

    @Test
    void answersACloseWithoutCode() {
        open();
        socket.input.receive(frame(true, Frames.CLOSE, ""));

        assertThat(written()).isEqualTo(hex("88 00"));
        assertThat(diary.lines).containsExactly("close 1005 ");
    }

    @Test
    void dropsWhatWaitsWhenThePeerCloses() {
        open();
        block();
        send(Frames.text("too late"));
        socket.input.receive(close(1000, ""));
        assertThat(connection.pendingFrames()).isEqualTo(1);
        assertThat(socket.closes).isZero();
        assertThat(diary.lines).isEmpty();

        socket.output.becomeFree();
        assertThat(written()).isEqualTo(Frames.close(1000, ""));
        assertThat(socket.closes).isEqualTo(1);
        assertThat(diary.lines).containsExactly("close 1000 ");
    }

    @Test
    void closesAfterWhatWaitsAndEndsWithThePeersAnswer() {
        open();
        connection.send(Frames.text("last words"));
        connection.close(4_001, "bye");
        assertThat(written()).isEqualTo(join(Frames.text("last words"), Frames.close(4_001, "bye")));
        assertThat(socket.closes).isZero();
        assertThat(diary.lines).isEmpty();

        socket.input.receive(close(1000, "answer"));
        assertThat(socket.closes).isEqualTo(1);
        assertThat(diary.lines).containsExactly("close 4001 bye");
        assertThat(written()).isEmpty();
    }

    @Test
    void theFirstCloseCounts() {
        open();
        connection.close(4_001, "first");
        connection.close(4_002, "second");
        connection.abort();

        assertThat(written()).isEqualTo(Frames.close(4_001, "first"));
        assertThat(diary.lines).containsExactly("close 4001 first");
    }

    @Test
    void sendsAndHearsNothingAfterItsClose() {
        open();
        connection.close(1000, "");
        assertThat(written()).isNotEmpty();
        send(Frames.text("late"));
        socket.input.receive(join(text("late"), frame(true, PING, "")));

        assertThat(written()).isEmpty();
        assertThat(diary.lines).isEmpty();
    }

    @Test
    void refusesCodesThatNoCloseFrameCarries() {
        open();
        for (var code : new int[] {0, 999, 1005, 1006, 1015, 5_000}) {
            assertThatThrownBy(() -> connection.close(code, "")).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(socket.output.writes()).isEmpty();
    }

    @Test
    void aPeerThatDoesNotAnswerACloseIsLeftAfterTheTimeout() {
        open();
        connection.close(4_001, "bye");
        assertThat(connection.tick(0)).isTrue();
        assertThat(connection.tick(CLOSE_TIMEOUT.toNanos())).isTrue();
        assertThat(socket.closes).isZero();

        assertThat(connection.tick(CLOSE_TIMEOUT.toNanos() + 1)).isFalse();
        assertThat(socket.closes).isEqualTo(1);
        assertThat(diary.lines).containsExactly("close 4001 bye");
    }

    @Test
    void closesAPeerThatErrsAndWaitsForItsAnswer() {
        open();
        socket.input.receive(join(hex("81 05 48656c6c6f"), text("dropped")));
        var answer = written();
        assertThat(answer).startsWith(hex("88")).contains(hex("03ea"));
        assertThat(diary.lines).isEmpty();
        assertThat(socket.closes).isZero();

        socket.input.receive(close(1002, ""));
        assertThat(socket.closes).isEqualTo(1);
        assertThat(diary.lines).hasSize(1).first().asString().startsWith("close 1002 ");
    }

    @Test
    void aPeerThatErrsInItsCloseIsAnsweredAndLeft() {
        open();
        socket.input.receive(frame(true, Frames.CLOSE, "x"));

        assertThat(written()).startsWith(hex("88")).contains(hex("03ea"));
        assertThat(socket.closes).isEqualTo(1);
    }

    @Test
    void aPeerThatTakesNothingIsLeftAfterTheTimeout() {
        open();
        block();
        send(Frames.text("a"));
        var start = Long.MAX_VALUE - 3 * SECOND;
        assertThat(connection.tick(start)).isTrue();
        assertThat(connection.tick(start + WRITE_TIMEOUT.toNanos())).isTrue();
        assertThat(connection.tick(start + WRITE_TIMEOUT.toNanos() + 1)).isFalse();

        assertThat(socket.closes).isEqualTo(1);
        assertThat(diary.lines).containsExactly("close 1006 write timeout");
        assertThat(connection.pendingFrames()).isZero();
        assertThat(connection.pendingBytes()).isZero();
    }

    @Test
    void aSocketThatIsFullWithTheLastFrameCountsToo() {
        open();
        var asked = new int[1];
        socket.output.free(() -> asked[0]++ == 0);
        send(Frames.text("a"));
        connection.tick(0);

        assertThat(connection.tick(WRITE_TIMEOUT.toNanos() + 1)).isFalse();
    }

    @Test
    void aSlowPeerStaysAsLongAsItTakesSomething() {
        open();
        var asked = new int[1];
        for (var n = 0; n < 10; n++) {
            connection.send(Frames.binary(new byte[60_000]));
        }
        for (var second = 0; second < 9 * 9; second += 9) {
            asked[0] = 0;
            socket.output.free(() -> asked[0]++ < 2);
            socket.output.writePossible();
            assertThat(connection.tick(second * SECOND)).isTrue();
        }
        assertThat(connection.pendingFrames()).isEqualTo(1);
    }

    @Test
    void anIdleConnectionIsNotStuck() {
        open();
        for (var second = 0; second < 100; second++) {
            assertThat(connection.tick(second * SECOND)).isTrue();
        }
        block();
        send(Frames.text("a"));
        assertThat(connection.tick(100 * SECOND)).isTrue();
        assertThat(connection.tick(109 * SECOND)).isTrue();
    }

    @Test
    void aConnectionThatTheContainerNeverOpensIsGivenUp() {
        connection.start(LIMITS, diary);
        connection.tick(0);
        assertThat(connection.tick(WRITE_TIMEOUT.toNanos() + 1)).isFalse();
        assertThat(diary.lines).containsExactly("close 1006 write timeout");

        connection.init(socket);
        assertThat(socket.closes).isEqualTo(1);
        assertThat(diary.lines).hasSize(1);
    }

    @Test
    void abortEndsAtOnce() {
        open();
        block();
        send(Frames.text("a"));
        connection.abort();
        connection.abort();

        assertThat(socket.closes).isEqualTo(1);
        assertThat(socket.output.writes()).isEmpty();
        assertThat(connection.pendingFrames()).isZero();
        assertThat(diary.lines).containsExactly("close 1006 aborted");
        assertThat(connection.tick(0)).isFalse();
    }

    @Test
    void theEndIsToldAfterTheCallThatBringsIt() {
        open();
        diary.meanwhile = line -> {
            if (line.startsWith("text")) {
                connection.abort();
                diary.write("still in the message");
            }
        };
        socket.input.receive(text("a"), text("b"));

        assertThat(diary.lines).containsExactly("text a", "still in the message", "close 1006 aborted");
    }

    @Test
    void theEndWaitsForAnotherThreadsCall() throws Exception {
        open();
        var inside = new CountDownLatch(1);
        var leave = new CountDownLatch(1);
        diary.meanwhile = line -> {
            if (line.startsWith("text")) {
                inside.countDown();
                waitFor(leave);
                diary.lines.add("text is over");
            }
        };
        var container = Executors.newSingleThreadExecutor();
        try {
            var reading = container.submit(() -> socket.input.receive(text("a")));
            inside.await();
            connection.abort();
            assertThat(socket.closes).isEqualTo(1);
            assertThat(diary.lines).containsExactly("text a");
            leave.countDown();
            reading.get();
        } finally {
            container.shutdownNow();
        }

        assertThat(diary.lines).containsExactly("text a", "text is over", "close 1006 aborted");
    }

    private static void waitFor(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void theListenerIsCalledOutsideLocks() {
        open();
        var other = Executors.newSingleThreadExecutor();
        try {
            diary.meanwhile = line -> {
                try {
                    // Another thread gets through meanwhile.
                    other.submit(connection::pendingFrames).get(10, TimeUnit.SECONDS);
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            };
            send(Frames.text("a"));
            socket.input.receive(text("b"), close(1000, ""));
        } finally {
            other.shutdownNow();
        }

        assertThat(diary.lines).containsExactly("writable", "text b", "close 1000 ");
    }

    @Test
    void aConnectionThatEndsWithoutACloseIsBroken() {
        open();
        socket.input.ended = true;
        socket.input.comes();

        assertThat(diary.lines).containsExactly("close 1006 connection lost");
        assertThat(socket.closes).isEqualTo(1);
    }

    @Test
    void hearsOnceThatTheConnectionBroke() throws Exception {
        open();
        socket.input.failure = new IOException("reset");
        socket.input.comes();
        assertThat(diary.lines).hasSize(1);
        socket.input.listener().onError(new IOException("reset"));
        socket.input.listener().onAllDataRead();
        socket.output.listener().onError(new IOException("reset"));
        connection.destroy();

        assertThat(diary.lines).containsExactly("close 1006 connection lost");
    }

    @Test
    void aWriteThatFailsEndsTheConnection() {
        open();
        socket.output.failure = new IOException("reset");
        send(Frames.text("a"));

        assertThat(diary.lines).containsExactly("close 1006 connection lost");
        assertThat(socket.closes).isEqualTo(1);
    }

    @Test
    void anErrorInAWriteEndsTheConnectionAndReachesTheCaller() {
        open();
        socket.output.free(() -> {
            throw new OutOfMemoryError("wanted by the test");
        });

        assertThatThrownBy(() -> send(Frames.text("a"))).isInstanceOf(OutOfMemoryError.class);

        assertThat(socket.closes).isEqualTo(1);
        assertThat(diary.lines).containsExactly("close 1006 connection lost");
    }

    @Test
    void aPongOfOursIsTheListenersAndNoneTooMany() {
        open();
        diary.ours = "ours";
        for (var n = 0; n < 20; n++) {
            socket.input.receive(frame(true, Frames.PONG, "ours"));
        }
        assertThat(connection.tick(0)).isTrue();
        assertThat(written()).isEmpty();

        for (var n = 0; n < 6; n++) {
            socket.input.receive(frame(true, Frames.PONG, "others"));
        }
        assertThat(written()).startsWith(0x88);
    }

    @Test
    void theContainerMayEndIt() {
        open();
        connection.destroy();

        assertThat(diary.lines).containsExactly("close 1006 connection lost");
    }

    @Test
    void aListenerThatFailsClosesWith1011AndIsLoggedOnce() {
        open();
        diary.meanwhile = line -> {
            throw new IllegalStateException("mine");
        };
        try (var log = new ErrorLog("dev.herald.websocket")) {
            socket.input.receive(join(text("a"), text("b")));

            assertThat(log.lines()).hasSize(1);
        }
        assertThat(written()).startsWith(hex("88")).contains(hex("03f3"));
        assertThat(diary.lines).containsExactly("text a");
        diary.meanwhile = line -> {};
        socket.input.receive(close(1011, ""));
        assertThat(diary.lines).hasSize(2).last().asString().startsWith("close 1011");
    }

    @Test
    void aListenerMayFailAtTheOpening() {
        connection.start(LIMITS, diary);
        diary.meanwhile = line -> {
            throw new StackOverflowError();
        };
        try (var log = new ErrorLog("dev.herald.websocket")) {
            connection.init(socket);
            assertThat(log.lines()).hasSize(1);
        }
        socket.output.writePossible();

        assertThat(written()).startsWith(hex("88")).contains(hex("03f3"));
    }

    @Test
    void aListenerMayFailWhenAllHasLeft() {
        open();
        diary.meanwhile = line -> {
            throw new IllegalStateException("mine");
        };
        try (var log = new ErrorLog("dev.herald.websocket")) {
            send(Frames.text("a"));
            assertThat(log.lines()).hasSize(1);
        }

        assertThat(written()).startsWith(Frames.text("a")).contains(hex("03f3"));
    }

    @Test
    void aListenerMayFailAtTheEnd() {
        open();
        diary.meanwhile = line -> {
            throw new IllegalStateException("mine");
        };
        try (var log = new ErrorLog("dev.herald.websocket")) {
            connection.abort();
            assertThat(log.lines()).hasSize(1);
        }
        assertThat(connection.tick(0)).isFalse();
    }

    @Test
    void aPeersMistakeIsNoErrorOfOurs() {
        open();
        try (var log = new ErrorLog("dev.herald.websocket")) {
            socket.input.receive(hex("ff ff"));
            socket.output.listener().onError(new IOException("reset"));

            assertThat(log.lines()).isEmpty();
        }
    }
}
