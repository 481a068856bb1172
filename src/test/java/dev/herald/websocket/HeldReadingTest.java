package dev.herald.websocket;

import static dev.herald.websocket.ClientFrames.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.testing.FakeSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A connection whose peer has to wait, because what it sends cannot be passed on. */
@Timeout(60)
class HeldReadingTest {

    private static final WebSocketLimits LIMITS =
            new WebSocketLimits(1_000, 10, 5, Duration.ofSeconds(10), Duration.ofSeconds(5));

    private final FakeSocket socket = new FakeSocket();
    private final WebSocketConnection connection = new WebSocketConnection();
    private final List<String> heard = Collections.synchronizedList(new ArrayList<>());
    private Consumer<String> meanwhile = message -> {};

    @BeforeEach
    void open() {
        connection.start(LIMITS, new WebSocketListener() {

            @Override
            public void onOpen(WebSocketConnection opened) {
                // Nothing to say.
            }

            @Override
            public void onText(String message) {
                heard.add(message);
                meanwhile.accept(message);
            }

            @Override
            public void onBinary(byte[] message) {
                throw new AssertionError("sends no bytes");
            }

            @Override
            public void onWritable() {
                // Nothing to write.
            }

            @Override
            public void onClose(int code, String reason) {
                // At its end.
            }
        });
        connection.init(socket);
        socket.output.writePossible();
    }

    @Test
    void isNotReadUntilReadingGoesOn() {
        connection.holdReading();
        socket.input.receive(text("a"), text("b"));
        assertThat(heard).isEmpty();

        connection.goOnReading();

        assertThat(heard).containsExactly("a", "b");
    }

    @Test
    void mayBeHeldWithinAMessage() {
        meanwhile = message -> connection.holdReading();
        socket.input.receive(text("a"), text("b"), text("c"));
        assertThat(heard).containsExactly("a");

        connection.goOnReading();
        assertThat(heard).containsExactly("a", "b");
        meanwhile = message -> {};
        connection.goOnReading();

        assertThat(heard).containsExactly("a", "b", "c");
    }

    @Test
    void maybeLetGoWithinTheSameMessage() {
        meanwhile = message -> {
            connection.holdReading();
            connection.goOnReading();
        };

        socket.input.receive(text("a"), text("b"), text("c"));

        assertThat(heard).containsExactly("a", "b", "c");
    }

    @Test
    void losesNothingWhenManyThreadsHoldAndLetGo() {
        var frames = new byte[10_000][];
        for (var n = 0; n < frames.length; n++) {
            frames[n] = text("" + n);
        }
        var threads = Executors.newFixedThreadPool(2);
        meanwhile = message -> {
            connection.holdReading();
            threads.execute(connection::goOnReading);
        };

        socket.input.receive(frames);
        Awaitility.await().until(() -> heard.size() == frames.length);
        threads.shutdownNow();

        for (var n = 0; n < frames.length; n++) {
            assertThat(heard.get(n)).isEqualTo("" + n);
        }
    }
}
