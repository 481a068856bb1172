package dev.herald.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;

/** A WebSocket client that can do wrong: stall, send fragments without end, leave without a word. Sends masks of zeros; answers pings as it reads. */
public final class RawWebSocket implements AutoCloseable {

    private static final int PATIENCE_MILLIS = 30_000;

    private final Socket socket = new Socket();
    private final OutputStream out;
    private final DataInputStream in;
    private final StringBuilder answer = new StringBuilder();
    private volatile int closeCode = 1006;

    /** Opens a connection to this machine. */
    public RawWebSocket(int port, String path) throws IOException {
        this(port, path, "", 0);
    }

    /**
     * Opens a connection to this machine.
     *
     * @param headers more of them, each with its line's end
     * @param receiveBuffer how many bytes the operating system may keep for us; 0 for its own choice
     */
    public RawWebSocket(int port, String path, String headers, int receiveBuffer) throws IOException {
        socket.setSoTimeout(PATIENCE_MILLIS);
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
        out = socket.getOutputStream();
        in = new DataInputStream(socket.getInputStream());
        out.write(("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + port
                        + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n" + headers
                        + "\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        var status = line();
        // Some servers leave the reason out, and the space before it.
        if (!status.matches("HTTP/1.1 101( .*)?")) {
            throw new IOException(status);
        }
        answer.append(status).append('\n');
        for (var header = line(); !header.isEmpty(); header = line()) {
            answer.append(header).append('\n');
        }
    }

    /** The status line and headers of the handshake's answer. */
    public String handshake() {
        return answer.toString();
    }

    /** Sends bytes as they are, given as hexadecimal digits; spaces between them do not matter. */
    public void write(String hex) throws IOException {
        out.write(HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    /** Sends bytes as they are. */
    public void write(byte[] bytes) throws IOException {
        out.write(bytes);
    }

    /** Sends a text message in one frame. */
    public synchronized void say(String text) throws IOException {
        send(true, 1, text.getBytes(UTF_8));
    }

    private synchronized void pong(byte[] payload) throws IOException {
        try {
            send(true, 10, payload);
        } catch (SocketException e) {
            // The server has ended the connection; what it said before can still be read.
        }
    }

    /** Waits for the next text message, past other frames; answers pings. */
    public String hear() throws IOException {
        for (var frame = readFrame(); ; frame = readFrame()) {
            if (frame.opcode() == 9) {
                pong(frame.payload().array());
            } else if (frame.opcode() == 1) {
                return UTF_8.decode(frame.payload()).toString();
            } else if (frame.opcode() == 8) {
                closeCode = code(frame);
                throw new EOFException("closed");
            }
        }
    }

    /** The code of the close frame that {@link #hear} has come to; 1005 if it has none, 1006 as long as there was no such frame. */
    public int closeCode() {
        return closeCode;
    }

    private static int code(Frame close) {
        return close.payload().remaining() < 2 ? 1005 : close.payload().getShort() & 0xFFFF;
    }

    /** Waits for the next text message that begins so, past others. */
    public String hear(String beginning) throws IOException {
        var text = hear();
        while (!text.startsWith(beginning)) {
            text = hear();
        }
        return text;
    }

    /** How long reading waits. */
    public void patience(Duration patience) throws IOException {
        socket.setSoTimeout((int) patience.toMillis());
    }

    /** Whether the server ends TCP, whatever else it says before; waits for it as long as reading does. */
    public boolean readToEndOfTcp() throws IOException {
        try {
            while (in.read() >= 0) {
                // Not looked at.
            }
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (SocketException e) {
            return true;
        }
    }

    private String line() throws IOException {
        var bytes = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException();
            }
            bytes.write(b);
        }
        return bytes.toString(StandardCharsets.US_ASCII).strip();
    }

    /** Sends one frame (RFC 6455, 5.2). */
    public void send(boolean last, int opcode, byte[] payload) throws IOException {
        var frame = ByteBuffer.allocate(payload.length + 14);
        frame.put((byte) ((last ? 0x80 : 0) | opcode));
        if (payload.length < 126) {
            frame.put((byte) (0x80 | payload.length));
        } else if (payload.length < 65_536) {
            frame.put((byte) (0x80 | 126)).putShort((short) payload.length);
        } else {
            frame.put((byte) (0x80 | 127)).putLong(payload.length);
        }
        frame.putInt(0).put(payload);
        out.write(frame.array(), 0, frame.position());
    }

    /** Reads messages until one has this in it; answers pings. */
    public void readTo(String wanted) throws IOException {
        for (var frame = readFrame(); ; frame = readFrame()) {
            if (frame.opcode() == 9) {
                pong(frame.payload().array());
            } else if (UTF_8.decode(frame.payload()).toString().contains(wanted)) {
                return;
            }
        }
    }

    /**
     * Reads frames until a close, and answers no ping: a server that has closed already would cut the connection for it.
     * Returns its code, 1006 when the connection ends without one. Fails when neither happens.
     */
    public int readToClose() throws IOException {
        try {
            while (true) {
                var frame = readFrame();
                if (frame.opcode() == 8) {
                    return code(frame);
                }
            }
        } catch (EOFException | SocketException e) {
            return 1006;
        }
    }

    private record Frame(int opcode, ByteBuffer payload) {}

    private Frame readFrame() throws IOException {
        var opcode = in.readUnsignedByte() & 0x0F;
        long length = in.readUnsignedByte() & 0x7F;
        if (length == 126) {
            length = in.readUnsignedShort();
        } else if (length == 127) {
            length = in.readLong();
        }
        var payload = new byte[(int) length];
        in.readFully(payload);
        return new Frame(opcode, ByteBuffer.wrap(payload));
    }

    /** Ends the connection by a reset: no close frame, no FIN. */
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
