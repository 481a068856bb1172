package dev.herald.forward;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.concurrent.ExecutorService;

/** A node that accepts WebSockets and sends every message back in one frame, over real TCP. */
final class EchoingNode implements AutoCloseable {

    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private volatile Socket latest;
    private volatile String head = "";

    EchoingNode(ExecutorService threads) throws IOException {
        threads.execute(() -> {
            try {
                while (true) {
                    var client = server.accept();
                    latest = client;
                    threads.execute(() -> serve(client));
                }
            } catch (IOException e) {
                close(server);
            }
        });
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort());
    }

    /** What the last client has sent before its messages. */
    String head() {
        return head;
    }

    /** Ends the last connection without a word. */
    void cut() {
        close(latest);
    }

    private void serve(Socket client) {
        try (client) {
            var in = new DataInputStream(client.getInputStream());
            var out = client.getOutputStream();
            head = readHead(in);
            var key = head.replaceFirst("(?is).*sec-websocket-key: *([^\r\n]+).*", "$1");
            var accepted = Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(US_ASCII)));
            out.write(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                            + "Sec-WebSocket-Accept: " + accepted + "\r\n\r\n")
                    .getBytes(US_ASCII));
            echo(in, out);
        } catch (EOFException | SocketException e) {
            close(client);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static String readHead(DataInputStream in) throws IOException {
        var bytes = new ByteArrayOutputStream();
        while (!bytes.toString(US_ASCII).endsWith("\r\n\r\n")) {
            bytes.write(in.readByte());
        }
        return bytes.toString(US_ASCII);
    }

    private static void echo(DataInputStream in, OutputStream out) throws IOException {
        var message = new ByteArrayOutputStream();
        var kind = 0;
        while (true) {
            var first = in.readUnsignedByte();
            var opcode = first & 0x0F;
            var length = (long) in.readUnsignedByte() & 0x7F;
            length = length == 126 ? in.readUnsignedShort() : length == 127 ? in.readLong() : length;
            var mask = new byte[4];
            in.readFully(mask);
            var payload = new byte[(int) length];
            in.readFully(payload);
            for (var n = 0; n < payload.length; n++) {
                payload[n] ^= mask[n % 4];
            }
            message.writeBytes(payload);
            kind = opcode == 0 ? kind : opcode;
            if ((first & 0x80) != 0) {
                out.write(frame(0x80 | kind, message.toByteArray()));
                message.reset();
            }
            if (opcode == 8) {
                return;
            }
        }
    }

    private static byte[] frame(int head, byte[] payload) {
        var frame = ByteBuffer.allocate(payload.length + 10).put((byte) head);
        if (payload.length < 126) {
            frame.put((byte) payload.length);
        } else if (payload.length < 65_536) {
            frame.put((byte) 126).putShort((short) payload.length);
        } else {
            frame.put((byte) 127).putLong(payload.length);
        }
        frame.put(payload).flip();
        var bytes = new byte[frame.remaining()];
        frame.get(bytes);
        return bytes;
    }

    private static void close(Closeable one) {
        try {
            one.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        close(server);
        if (latest != null) {
            cut();
        }
    }
}
