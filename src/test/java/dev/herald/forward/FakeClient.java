package dev.herald.forward;

import static dev.herald.testing.FakeTimer.proxy;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.herald.engine.EngineServlet;
import dev.herald.engine.EngineSettings;
import dev.herald.testing.FakeHttp;
import dev.herald.testing.FakeSocket;
import dev.herald.websocket.WebSocketConnection;
import dev.herald.websocket.WebSocketHandshake;
import dev.herald.websocket.WebSocketListener;
import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A client's WebSocket that has reached this node. */
final class FakeClient {

    final FakeSocket socket = new FakeSocket();
    private final WebSocketConnection connection = new WebSocketConnection();

    /** One whose messages a listener gets. */
    FakeClient(WebSocketListener listener) throws Exception {
        this(
                "/",
                (request, response) -> WebSocketHandshake.accept(
                        request, response, EngineServlet.limits(EngineSettings.DEFAULT), listener));
    }

    /** One whose request is handed on. */
    FakeClient(String rest, Forwarder forwarder) throws Exception {
        this(
                rest,
                (request, response) ->
                        forwarder.handOn(request, response, same -> new Visitor(Optional.empty(), true)));
    }

    private interface Servlet {

        void serve(HttpServletRequest request, HttpServletResponse response) throws Exception;
    }

    private FakeClient(String rest, Servlet servlet) throws Exception {
        var http = FakeHttp.socketIo("GET", rest)
                .header("Upgrade", "websocket")
                .header("Connection", "Upgrade")
                .header("Sec-WebSocket-Version", "13")
                .header("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
        var inner = http.request();
        var request = proxy(HttpServletRequest.class, (name, arguments) -> switch (name) {
            case "upgrade" -> connection;
            case "getServletContext" -> proxy(ServletContext.class, (same, nothing) -> "fake");
            case "getMethod" -> inner.getMethod();
            case "getQueryString" -> inner.getQueryString();
            case "getAttribute" -> inner.getAttribute((String) arguments[0]);
            case "getRemoteAddr" -> inner.getRemoteAddr();
            case "getProtocol" -> inner.getProtocol();
            case "getHeader" -> inner.getHeader((String) arguments[0]);
            case "getHeaders" -> inner.getHeaders((String) arguments[0]);
            default -> throw new UnsupportedOperationException(name);
        });
        servlet.serve(request, http.response());
        connection.init(socket);
        socket.output.writePossible();
    }

    void says(String text) {
        sends(0x81, text.getBytes(UTF_8));
    }

    void says(byte[] bytes) {
        sends(0x82, bytes);
    }

    void closes(int code, String reason) {
        var text = reason.getBytes(UTF_8);
        sends(
                0x88,
                ByteBuffer.allocate(2 + text.length)
                        .putShort((short) code)
                        .put(text)
                        .array());
    }

    /** The connection breaks. */
    void dies() {
        socket.input.listener().onError(new java.io.IOException("wanted by the test"));
    }

    /** A frame whose mask is zero, in pieces as a container reads them. */
    private void sends(int head, byte[] payload) {
        var frame = ByteBuffer.allocate(payload.length + 14).put((byte) head);
        if (payload.length < 126) {
            frame.put((byte) (0x80 | payload.length));
        } else if (payload.length < 65_536) {
            frame.put((byte) (0x80 | 126)).putShort((short) payload.length);
        } else {
            frame.put((byte) (0x80 | 127)).putLong(payload.length);
        }
        frame.putInt(0).put(payload).flip();
        var pieces = new ArrayList<byte[]>();
        while (frame.hasRemaining()) {
            var piece = new byte[Math.min(8_192, frame.remaining())];
            frame.get(piece);
            pieces.add(piece);
        }
        socket.input.receive(pieces.toArray(byte[][]::new));
    }

    /** Each frame since the last look: the first byte in hexadecimal digits, and the payload; of a close frame the code. */
    List<String> frames() {
        var bytes = ByteBuffer.wrap(socket.output.bytes());
        var frames = new ArrayList<String>();
        while (bytes.hasRemaining()) {
            var head = bytes.get() & 0xFF;
            var length = bytes.get() & 0x7F;
            length = length == 126 ? bytes.getShort() & 0xFFFF : length == 127 ? (int) bytes.getLong() : length;
            var payload = new byte[length];
            bytes.get(payload);
            var text = (head & 0x0F) == 8
                    ? "" + (ByteBuffer.wrap(payload).getShort() & 0xFFFF)
                    : (head & 0x0F) == 1 ? new String(payload, UTF_8) : length + " bytes";
            frames.add(Integer.toHexString(head) + " " + text);
        }
        return frames;
    }
}
