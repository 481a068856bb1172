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
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A WebSocket client that can do wrong: stall, send fragments without end, leave without a word. Sends masks of zeros. */
public final class RawWebSocket implements AutoCloseable {

    private static final int PATIENCE_MILLIS = 30_000;

    private final Socket socket = new Socket();
    private final OutputStream out;
    private final DataInputStream in;

    /** Opens a connection to this machine. */
    public RawWebSocket(int port, String path) throws IOException {
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
        out = socket.getOutputStream();
        in = new DataInputStream(socket.getInputStream());
        out.write(("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + port
                        + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        var status = line();
        // Some servers leave the reason out, and the space before it.
        if (!status.matches("HTTP/1.1 101( .*)?")) {
            throw new IOException(status);
        }
        while (!line().isEmpty()) {
            // The other headers are of no interest.
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

    /** Reads text messages until one has this in it. */
    public void readTo(String wanted) throws IOException {
        while (!UTF_8.decode(readFrame().payload()).toString().contains(wanted)) {
            // Another message came before it.
        }
    }

    /** Reads frames until a close; returns its code, 1006 when the connection ends without one. Fails when neither happens. */
    public int readToClose() throws IOException {
        try {
            while (true) {
                var frame = readFrame();
                if (frame.opcode() == 8) {
                    return frame.payload().remaining() < 2
                            ? 1005
                            : frame.payload().getShort() & 0xFFFF;
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
