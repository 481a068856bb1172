package dev.herald.engine;

import dev.herald.api.Handshake;
import dev.herald.api.Login;
import dev.herald.api.Person;
import dev.herald.api.PersonPrincipal;
import dev.herald.hub.ChannelKinds;
import dev.herald.hub.ClientStates;
import dev.herald.hub.Hub;
import dev.herald.hub.HubLimits;
import dev.herald.hub.MemoryLog;
import dev.herald.request.Permission;
import dev.herald.request.Requests;
import dev.herald.socketio.SocketIoServer;
import dev.herald.socketio.SocketIoSettings;
import dev.herald.testing.FakeTimer;
import dev.herald.testing.NoObservers;
import dev.herald.websocket.WebSocketHandshake;
import dev.herald.websocket.WebSocketLimits;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.WebConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A benchmark, not a test: what one idle connection takes of the heap, without the container's share of it. */
final class IdleConnections {

    private static final int CONNECTIONS = 10_000;
    private static final WebSocketLimits LIMITS =
            new WebSocketLimits(1_000_000, 1_024, 50, Duration.ofSeconds(10), Duration.ofSeconds(5));

    /** The masked text frame {@code 40}. */
    private static final byte[] CONNECT = {(byte) 0x81, (byte) 0x82, 0, 0, 0, 0, '4', '0'};

    private static final String HEADERS =
            "host: herald.example\nuser-agent: Mozilla/5.0 (X11; Linux x86_64)\n".repeat(8);

    private IdleConnections() {}

    /** Prints bytes of live heap for each WebSocket connection in the main namespace. */
    @SuppressWarnings("SystemOut") // it is what a benchmark is for
    public static void main(String[] args) throws Exception {
        var timer = new FakeTimer();
        var hub = new Hub(
                new MemoryLog("life", Clock.systemUTC(), new MemoryLog.Bounds(1_000, 64L << 20, 10_000)),
                new ChannelKinds(List.of(), List.of()),
                new NoObservers(),
                new HubLimits(CONNECTIONS, 100, 1_000),
                Clock.systemUTC(),
                Runnable::run);
        var socketIo = new SocketIoServer(
                SocketIoSettings.DEFAULT,
                hub,
                new Requests(hub, Permission::byChannel),
                (attempt, then) -> then.run(),
                ClientStates.NONE,
                timer.asExecutor(),
                Runnable::run);
        var server = new EngineServer(EngineSettings.DEFAULT, socketIo, timer.asExecutor(), Runnable::run);
        var sockets = new ArrayList<Tcp>(CONNECTIONS);
        connect(server, sockets, 100);
        var before = liveHeap();
        connect(server, sockets, CONNECTIONS - 100);
        var each = (liveHeap() - before) / (CONNECTIONS - 100);
        System.out.println(each + " bytes for each of " + hub.presence().countPeople() + " idle connections");
    }

    private static void connect(EngineServer server, List<Tcp> sockets, int count)
            throws IOException, ServletException {
        for (var n = 0; n < count; n++) {
            var person = new Person("guest-%016d".formatted(sockets.size()), "Guest " + sockets.size() % 1_000);
            var session = server.open(
                            EngineSettings.WEBSOCKET,
                            new PersonPrincipal(person, false, Set.of(), handshake(sockets.size()), Login.LASTING),
                            false)
                    .orElseThrow();
            var exchange = new FakeExchange("GET", "").webSocket();
            var tcp = new Tcp();
            WebSocketHandshake.accept(exchange.request(), exchange.response(), LIMITS, session.webSocket())
                    .orElseThrow()
                    .init(tcp);
            tcp.says(CONNECT);
            sockets.add(tcp);
        }
    }

    /** What a browser's first request says; the header fields of one browser's version are shared. */
    private static Handshake handshake(int number) {
        var url = "/socket.io/?EIO=4&transport=websocket&t=" + number;
        return new Handshake(url, HEADERS, "198.51.100." + number % 256, true, Instant.now(), "{}");
    }

    private static long liveHeap() throws InterruptedException {
        var runtime = Runtime.getRuntime();
        var least = Long.MAX_VALUE;
        for (var n = 0; n < 5; n++) {
            System.gc();
            Thread.sleep(50);
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least;
    }

    /** As little as there can be: takes everything, and brings what it is told to. */
    private static final class Tcp extends ServletInputStream implements WebConnection {

        private ReadListener reader;
        private byte[] waiting = {};

        void says(byte... frame) throws IOException {
            waiting = frame;
            reader.onDataAvailable();
        }

        @Override
        public ServletInputStream getInputStream() {
            return this;
        }

        @Override
        public ServletOutputStream getOutputStream() {
            return new Nowhere();
        }

        @Override
        public boolean isFinished() {
            return false;
        }

        @Override
        public boolean isReady() {
            return waiting.length > 0;
        }

        @Override
        public void setReadListener(ReadListener listener) {
            reader = listener;
        }

        @Override
        public int read() {
            throw new UnsupportedOperationException();
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            System.arraycopy(waiting, 0, into, offset, waiting.length);
            var count = waiting.length;
            waiting = new byte[0];
            return count;
        }
    }

    private static final class Nowhere extends ServletOutputStream {

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setWriteListener(WriteListener listener) {
            try {
                listener.onWritePossible();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void write(int one) {
            // Gone.
        }

        @Override
        public void write(byte[] from, int offset, int length) {
            // Gone.
        }
    }
}
