package dev.herald.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.herald.websocket.WebSocketConnection;
import dev.herald.websocket.WebSocketHandshake;
import dev.herald.websocket.WebSocketLimits;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.WebConnection;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A client's WebSocket, on streams as a container would hand them out. */
final class FakeWebSocket {

    static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);
    private static final WebSocketLimits LIMITS =
            new WebSocketLimits(100_000, 16, 50, Duration.ofSeconds(10), CLOSE_TIMEOUT);

    private final WebSocketConnection connection;
    private final Input input = new Input();
    private final Output output = new Output();
    private final List<byte[]> pings = new ArrayList<>();
    private int answered;
    private volatile boolean ended;

    FakeWebSocket(WebSocketTransport transport) {
        try {
            var exchange = new FakeExchange("GET", "").webSocket();
            connection = WebSocketHandshake.accept(exchange.request(), exchange.response(), LIMITS, transport)
                    .orElseThrow();
        } catch (IOException | ServletException e) {
            throw new IllegalStateException(e);
        }
    }

    /** One on which the container says that it may begin. */
    static FakeWebSocket opened(WebSocketTransport transport) {
        return new FakeWebSocket(transport).open();
    }

    FakeWebSocket open() {
        connection.init(new Tcp());
        return this;
    }

    FakeWebSocket says(String... texts) {
        for (var text : texts) {
            sends(0x81, text.getBytes(UTF_8));
        }
        return this;
    }

    FakeWebSocket saysBytes(byte... bytes) {
        return sends(0x82, bytes);
    }

    /** Whatever comes next on the wire, perhaps a part of a frame. */
    FakeWebSocket sendsRaw(int... bytes) {
        var some = ByteBuffer.allocate(bytes.length);
        for (var one : bytes) {
            some.put((byte) one);
        }
        some.flip();
        input.bring(some);
        return this;
    }

    /** A frame whose mask is zero. */
    private FakeWebSocket sends(int head, byte[] payload) {
        var frame = ByteBuffer.allocate(payload.length + 8).put((byte) head);
        if (payload.length < 126) {
            frame.put((byte) (0x80 | payload.length));
        } else {
            frame.put((byte) (0x80 | 126)).putShort((short) payload.length);
        }
        frame.putInt(0).put(payload).flip();
        input.bring(frame);
        return this;
    }

    /** The socket takes nothing more. */
    void hold() {
        output.ready = false;
    }

    /** It does again, and the container says so. */
    void release() {
        output.ready = true;
        try {
            output.listener.onWritePossible();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void dies() {
        input.listener.onError(new IOException("reset"));
    }

    /** Whether TCP has been ended from this side. */
    boolean isEnded() {
        return ended;
    }

    /** Answers the pings that have come and were not answered. */
    FakeWebSocket answersPings() {
        heard();
        for (; answered < pings.size(); answered++) {
            sends(0x8A, pings.get(answered));
        }
        return this;
    }

    /** How many pings have come. */
    int pings() {
        heard();
        return pings.size();
    }

    /** What the client got but pings, in order: texts as they are, bytes by their number, and {@code close}. */
    List<String> heard() {
        pings.clear();
        var bytes = ByteBuffer.wrap(output.taken());
        var heard = new ArrayList<String>();
        while (bytes.hasRemaining()) {
            var opcode = bytes.get() & 0x0F;
            var length = bytes.get() & 0x7F;
            length = length == 126 ? bytes.getShort() & 0xFFFF : length == 127 ? (int) bytes.getLong() : length;
            var payload = new byte[length];
            bytes.get(payload);
            if (opcode == 9) {
                pings.add(payload);
            } else {
                heard.add(opcode == 1 ? new String(payload, UTF_8) : opcode == 8 ? "close" : length + " bytes");
            }
        }
        return heard;
    }

    private final class Tcp implements WebConnection {

        @Override
        public ServletInputStream getInputStream() {
            return input;
        }

        @Override
        public ServletOutputStream getOutputStream() {
            return output;
        }

        @Override
        public void close() {
            ended = true;
        }
    }

    private static final class Input extends ServletInputStream {

        private volatile ReadListener listener;
        private ByteBuffer waiting = ByteBuffer.allocate(0);

        void bring(ByteBuffer frame) {
            waiting = frame;
            try {
                listener.onDataAvailable();
            } catch (IOException e) {
                listener.onError(e);
            }
        }

        @Override
        public boolean isFinished() {
            return false;
        }

        @Override
        public boolean isReady() {
            return waiting.hasRemaining();
        }

        @Override
        public void setReadListener(ReadListener newListener) {
            listener = newListener;
        }

        @Override
        public int read() {
            return waiting.get() & 0xFF;
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            var count = Math.min(length, waiting.remaining());
            waiting.get(into, offset, count);
            return count;
        }
    }

    private static final class Output extends ServletOutputStream {

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private volatile boolean ready = true;
        private volatile WriteListener listener;

        byte[] taken() {
            return bytes.toByteArray();
        }

        @Override
        public boolean isReady() {
            return ready;
        }

        @Override
        public void setWriteListener(WriteListener newListener) {
            listener = newListener;
            try {
                newListener.onWritePossible();
            } catch (IOException e) {
                newListener.onError(e);
            }
        }

        @Override
        public void write(int one) {
            bytes.write(one);
        }

        @Override
        public void write(byte[] from, int offset, int length) {
            bytes.write(from, offset, length);
        }
    }
}
