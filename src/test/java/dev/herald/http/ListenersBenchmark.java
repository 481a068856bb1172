package dev.herald.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A benchmark, not a test: the server's CPU for each message to each of many listeners, by Server-Sent Events and by Socket.IO's
 * WebSocket in turn, one message at a time. Arguments: the port of a server on this machine with {@code herald.quota=off}, the
 * id of its process, how many listeners, how many messages a round (150 at most, as nobody here answers pings), how many rounds, the pause between two messages in ms.
 */
final class ListenersBenchmark {

    /** Each message has it once, and nothing else has it. */
    private static final byte MARK = '~';

    private static final String BODY = "{\"event\":\"tick\",\"data\":\"" + "x".repeat(60) + "~\"}";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final int port;
    private final ProcessHandle server;
    private final int listeners;
    private final int messages;
    private final int pause;
    private final ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);

    private ListenersBenchmark(String... arguments) {
        port = Integer.parseInt(arguments[0]);
        server = ProcessHandle.of(Long.parseLong(arguments[1])).orElseThrow();
        listeners = Integer.parseInt(arguments[2]);
        messages = Integer.parseInt(arguments[3]);
        pause = Integer.parseInt(arguments[5]);
    }

    /** Prints microseconds of the server's CPU for each delivery, round by round. */
    @SuppressWarnings("SystemOut") // it is what a benchmark is for
    public static void main(String[] arguments) throws Exception {
        var benchmark = new ListenersBenchmark(arguments);
        for (var round = 1; round <= Integer.parseInt(arguments[4]); round++) {
            var events = benchmark.measure("sse-" + round, false);
            var sockets = benchmark.measure("ws-" + round, true);
            System.out.printf(Locale.ROOT, "round %d: events %.2f us, WebSocket %.2f us%n", round, events, sockets);
        }
    }

    private double measure(String channel, boolean isWebSocket) throws Exception {
        var all = new ArrayList<SocketChannel>();
        try (var selector = Selector.open()) {
            for (var n = 0; n < listeners; n++) {
                all.add(isWebSocket ? openWebSocket(channel, selector) : openStream(channel, selector));
            }
            publish(channel);
            await(selector, listeners);
            var before = server.info().totalCpuDuration().orElseThrow();
            for (var n = 0; n < messages; n++) {
                publish(channel);
                await(selector, listeners);
                Thread.sleep(pause);
            }
            var spent = server.info().totalCpuDuration().orElseThrow().minus(before);
            return spent.toNanos() / 1_000.0 / listeners / messages;
        } finally {
            for (var one : all) {
                one.close();
            }
        }
    }

    private void publish(String channel) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + port + "/api/channels/" + channel + "/messages"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(BODY))
                .build();
        var status = HTTP.send(request, BodyHandlers.discarding()).statusCode();
        if (status != 201) {
            throw new IllegalStateException("publishing is answered " + status);
        }
    }

    private SocketChannel openStream(String channel, Selector selector) throws IOException {
        var socket = open("GET /api/events?channel=" + channel + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
        readTo(socket, "event: joined");
        return register(socket, selector);
    }

    private SocketChannel openWebSocket(String channel, Selector selector) throws IOException {
        var socket = open(String.join(
                "\r\n",
                "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1",
                "Host: 127.0.0.1",
                "Connection: Upgrade",
                "Upgrade: websocket",
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                "\r\n"));
        readTo(socket, "pingInterval");
        say(socket, "40");
        readTo(socket, "40{");
        say(socket, "420[\"join\",\"" + channel + "\"]");
        readTo(socket, "430[");
        return register(socket, selector);
    }

    private SocketChannel open(String request) throws IOException {
        var socket = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
        socket.write(ByteBuffer.wrap(request.getBytes(UTF_8)));
        return socket;
    }

    private static SocketChannel register(SocketChannel socket, Selector selector) throws IOException {
        socket.configureBlocking(false);
        socket.register(selector, SelectionKey.OP_READ);
        return socket;
    }

    /** Sends a short text frame whose mask changes nothing. */
    private static void say(SocketChannel socket, String text) throws IOException {
        var bytes = text.getBytes(UTF_8);
        socket.write(ByteBuffer.allocate(6 + bytes.length)
                .put((byte) 0x81)
                .put((byte) (0x80 | bytes.length))
                .putInt(0)
                .put(bytes)
                .flip());
    }

    private static void readTo(SocketChannel socket, String wanted) throws IOException {
        var text = new StringBuilder();
        var some = ByteBuffer.allocate(4_096);
        while (text.indexOf(wanted) < 0) {
            if (socket.read(some.clear()) < 0) {
                throw new IOException("closed after " + text);
            }
            text.append(UTF_8.decode(some.flip()));
        }
    }

    /** Reads until so many messages have come. */
    private void await(Selector selector, int wanted) throws IOException {
        var left = wanted;
        var end = System.nanoTime() + PATIENCE.toNanos();
        while (left > 0) {
            if (System.nanoTime() > end) {
                throw new IOException(left + " messages have not come");
            }
            selector.select(1_000);
            for (var key : List.copyOf(selector.selectedKeys())) {
                left -= read((SocketChannel) key.channel());
            }
            selector.selectedKeys().clear();
        }
    }

    private int read(SocketChannel socket) throws IOException {
        var marks = 0;
        for (var count = socket.read(buffer.clear()); count > 0; count = socket.read(buffer.clear())) {
            for (var at = 0; at < count; at++) {
                marks += buffer.get(at) == MARK ? 1 : 0;
            }
        }
        return marks;
    }
}
