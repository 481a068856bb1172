package dev.herald.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;

/** One HTTP request to this machine as it is written here, right or wrong, on a TCP connection of its own. */
public final class RawHttp implements AutoCloseable {

    private static final int PATIENCE_MILLIS = 40_000;

    private final Socket socket = new Socket();

    /** An answer; {@code status} is 0 when there was none before the connection ended. */
    public record Answer(int status, String headers, String body) {}

    /** Opens a connection. */
    public RawHttp(int port) throws IOException {
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
    }

    /** Sends a whole request and reads the answer. */
    public static Answer exchange(int port, String request) throws IOException {
        try (var http = new RawHttp(port)) {
            http.send(request);
            return http.answer();
        }
    }

    /** Sends text in UTF-8; returns false, and says nothing more, when the server has ended the connection. */
    public boolean send(String text) {
        try {
            socket.getOutputStream().write(text.getBytes(UTF_8));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Reads an answer: to the end of its body if that is announced, otherwise to the end of the connection. */
    public Answer answer() throws IOException {
        var bytes = new ByteArrayOutputStream();
        try {
            var in = socket.getInputStream();
            for (var b = in.read(); b >= 0; b = in.read()) {
                bytes.write(b);
                if (b == '\n' && isWhole(bytes)) {
                    bytes.write(in.readNBytes(length(bytes.toString(ISO_8859_1))));
                    break;
                }
            }
        } catch (SocketException e) {
            // A reset ends it as well.
        }
        var all = bytes.toString(UTF_8);
        var end = all.indexOf("\r\n\r\n");
        return end < 0
                ? new Answer(0, "", "")
                : new Answer(Integer.parseInt(all.substring(9, 12)), all.substring(0, end), all.substring(end + 4));
    }

    /** Reads an answer without its body. */
    public Answer answerHead() throws IOException {
        var bytes = new ByteArrayOutputStream();
        try {
            var in = socket.getInputStream();
            for (var b = in.read(); b >= 0 && !bytes.toString(ISO_8859_1).endsWith("\r\n\r\n"); b = in.read()) {
                bytes.write(b);
                if (b == '\n' && bytes.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
                    break;
                }
            }
        } catch (SocketException e) {
            // A reset ends it as well.
        }
        var head = bytes.toString(UTF_8);
        return new Answer(head.isEmpty() ? 0 : Integer.parseInt(head.substring(9, 12)), head, "");
    }

    /** Whether the headers are there and announce how long the body is. */
    private static boolean isWhole(ByteArrayOutputStream bytes) {
        var head = bytes.toString(ISO_8859_1);
        return head.endsWith("\r\n\r\n") && head.indexOf("\r\n\r\n") == head.length() - 4 && length(head) >= 0;
    }

    private static int length(String head) {
        return head.lines()
                .filter(line -> line.toLowerCase(java.util.Locale.ROOT).startsWith("content-length:"))
                .map(line ->
                        Integer.valueOf(line.substring(line.indexOf(':') + 1).strip()))
                .findFirst()
                .orElse(-1);
    }

    /** Ends the connection by a reset. */
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
