package dev.herald.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.herald.testing.FakeSocket;
import dev.herald.websocket.WebSocketConnection;
import dev.herald.websocket.WebSocketHandshake;
import dev.herald.websocket.WebSocketLimits;
import jakarta.servlet.ServletException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A client's WebSocket, on streams as a container would hand them out. */
final class FakeWebSocket {

    static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);
    private static final WebSocketLimits LIMITS =
            new WebSocketLimits(100_000, 16, 50, Duration.ofSeconds(10), CLOSE_TIMEOUT);

    private final WebSocketConnection connection;
    private final FakeSocket socket = new FakeSocket();
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final List<byte[]> pings = new ArrayList<>();
    private int answered;

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
        connection.init(socket);
        socket.output.writePossible();
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
        var some = new byte[bytes.length];
        for (var n = 0; n < bytes.length; n++) {
            some[n] = (byte) bytes[n];
        }
        socket.input.receive(some);
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
        frame.putInt(0).put(payload);
        socket.input.receive(Arrays.copyOf(frame.array(), frame.position()));
        return this;
    }

    /** The socket takes nothing more. */
    void hold() {
        socket.output.free(() -> false);
    }

    /** It does again, and the container says so. */
    void release() {
        socket.output.becomeFree();
    }

    void dies() {
        socket.input.listener().onError(new IOException("reset"));
    }

    /** Whether TCP has been ended from this side. */
    boolean isEnded() {
        return socket.closes > 0;
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
        output.writeBytes(socket.output.bytes());
        var bytes = ByteBuffer.wrap(output.toByteArray());
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
}
