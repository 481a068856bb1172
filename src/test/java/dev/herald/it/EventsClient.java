package dev.herald.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/** A listener to Server-Sent Events on a TCP connection of its own, read as it comes. For one thread at a time. */
public final class EventsClient implements AutoCloseable {

    private static final int PATIENCE_MILLIS = 40_000;

    private final Socket socket = new Socket();
    private final InputStream in;
    private final String head;
    private int chunk;
    private String lastId;

    /**
     * An event.
     *
     * @param name {@code message} if it has none
     * @param id {@code null} if it has none
     */
    public record Event(String name, String data, String id) {}

    /**
     * Asks for a stream.
     *
     * @param query with the channels
     * @param lastId of the last event that it has; {@code null} for none
     * @param buffer how much the operating system receives for it, in bytes
     */
    public EventsClient(int port, String query, String lastId, int buffer) throws IOException {
        socket.setReceiveBufferSize(buffer);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
        var id = lastId == null ? "" : "Last-Event-ID: " + lastId + "\r\n";
        socket.getOutputStream()
                .write(("GET /api/events?" + query + " HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\n" + id + "\r\n")
                        .getBytes(UTF_8));
        this.in = new BufferedInputStream(socket.getInputStream(), 1_024);
        this.lastId = lastId;
        this.head = readHead();
    }

    /** Likewise, with a large buffer. */
    public EventsClient(int port, String query, String lastId) throws IOException {
        this(port, query, lastId, 64 * 1024);
    }

    /** The status line and the headers. */
    public String head() {
        return head;
    }

    /** The id of the last event that had one. */
    public String lastId() {
        return lastId;
    }

    private String readHead() throws IOException {
        var bytes = new ByteArrayOutputStream();
        while (!bytes.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
            bytes.write(require(in.read()));
        }
        return bytes.toString(ISO_8859_1);
    }

    private static int require(int read) throws IOException {
        if (read < 0) {
            throw new EOFException();
        }
        return read;
    }

    /** A byte of the body, whose chunks are put together. */
    private int read() throws IOException {
        while (chunk == 0) {
            var size = readLine();
            if (size.isEmpty()) {
                size = readLine();
            }
            chunk = Integer.parseInt(size, 16);
            if (chunk == 0) {
                throw new EOFException("the stream has ended in order");
            }
        }
        chunk--;
        return require(in.read());
    }

    private String readLine() throws IOException {
        var line = new ByteArrayOutputStream();
        for (var next = require(in.read()); next != '\n'; next = require(in.read())) {
            line.write(next);
        }
        return line.toString(ISO_8859_1).strip();
    }

    /** Waits for the next event; comments are passed over. */
    public Event next() throws IOException {
        String name = "message";
        String data = null;
        String id = null;
        while (true) {
            var bytes = new ByteArrayOutputStream();
            for (var one = read(); one != '\n'; one = read()) {
                bytes.write(one);
            }
            var line = bytes.toString(UTF_8);
            if (line.isEmpty() && data != null) {
                lastId = id == null ? lastId : id;
                return new Event(name, data, id);
            } else if (line.startsWith("event: ")) {
                name = line.substring(7);
            } else if (line.startsWith("data: ")) {
                data = line.substring(6);
            } else if (line.startsWith("id: ")) {
                id = line.substring(4);
            }
        }
    }

    /** Waits for an event of this name. */
    public Event next(String name) throws IOException {
        var event = next();
        while (!event.name().equals(name)) {
            event = next();
        }
        return event;
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
