package dev.herald.websocket;

import static dev.herald.websocket.ClientFrames.close;
import static dev.herald.websocket.ClientFrames.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.testing.FakeSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is promised of the end of a connection when several threads bring it at once. */
@Timeout(60)
class ClosingRacesTest {

    private static final WebSocketLimits LIMITS =
            new WebSocketLimits(1_000, 10, 5, Duration.ofSeconds(10), Duration.ofSeconds(5));

    private final ExecutorService threads = Executors.newFixedThreadPool(4);

    @AfterEach
    void stopThreads() {
        threads.shutdownNow();
    }

    /** Counts the ends, and the calls that come after one or return after one. */
    private static final class Listener implements WebSocketListener {

        private final AtomicInteger ends = new AtomicInteger();
        private final AtomicInteger mistakes = new AtomicInteger();
        private volatile int code;

        private void called() {
            mistakes.addAndGet(ends.get());
            Thread.yield();
            mistakes.addAndGet(ends.get());
        }

        @Override
        public void onOpen(WebSocketConnection opened) {
            called();
        }

        @Override
        public void onText(String message) {
            called();
        }

        @Override
        public void onBinary(byte[] message) {
            called();
        }

        @Override
        public void onWritable() {
            called();
        }

        @Override
        public void onClose(int closeCode, String reason) {
            code = closeCode;
            ends.incrementAndGet();
        }
    }

    @Test
    void bothSidesCloseAtOnceAndTheFirstCounts() throws Exception {
        for (var round = 0; round < 2_000; round++) {
            var socket = new FakeSocket();
            var listener = new Listener();
            var connection = open(socket, listener);

            atOnce(
                    () -> connection.close(4_001, ""),
                    () -> socket.input.receive(text("a"), close(4_002, "")),
                    () -> send(connection));

            assertEnded(socket, listener);
            var frame = Frames.close(listener.code, "");
            assertThat(socket.output.bytes()).as("round " + round).endsWith(frame);
            assertThat(listener.code).isIn(4_001, 4_002);
        }
    }

    @Test
    void whateverBringsTheEndItIsToldOnceAndAfterAllElse() throws Exception {
        for (var round = 0; round < 2_000; round++) {
            var socket = new FakeSocket();
            var listener = new Listener();
            var connection = open(socket, listener);

            atOnce(
                    connection::abort,
                    () -> socket.input.receive(text("a"), close(4_002, "")),
                    () -> send(connection),
                    () -> connection.close(4_001, ""));

            assertEnded(socket, listener);
            assertThat(listener.code).isIn(4_001, 4_002, 1006);
        }
    }

    private static WebSocketConnection open(FakeSocket socket, Listener listener) {
        var connection = new WebSocketConnection();
        connection.start(LIMITS, listener);
        connection.init(socket);
        socket.output.writePossible();
        return connection;
    }

    private static void send(WebSocketConnection connection) {
        for (var n = 0; n < 3; n++) {
            connection.send(Frames.text("" + n));
            connection.flush();
        }
    }

    private void atOnce(Runnable... works) throws Exception {
        var start = new CyclicBarrier(works.length);
        var calls = List.of(works).stream()
                .map(work -> threads.submit(() -> {
                    start.await();
                    work.run();
                    return null;
                }))
                .toList();
        for (var call : calls) {
            call.get();
        }
    }

    private static void assertEnded(FakeSocket socket, Listener listener) {
        assertThat(socket.closes).isEqualTo(1);
        assertThat(listener.ends).hasValue(1);
        assertThat(listener.mistakes).as("calls after the end").hasValue(0);
    }
}
