package dev.herald.it;

import dev.herald.websocket.Frames;
import dev.herald.websocket.WebSocketConnection;
import dev.herald.websocket.WebSocketHandshake;
import dev.herald.websocket.WebSocketLimits;
import dev.herald.websocket.WebSocketListener;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Answers each message with itself, on the WebSocket of the engine. */
@WebServlet("/echo")
@SuppressWarnings("serial") // never serialised
public class WebSocketEcho extends HttpServlet {

    /** Of a message, in bytes. */
    public static final int LIMIT = 1_000_000;

    /** How long a peer may take to take what is sent, and to answer a close. */
    public static final Duration TIMEOUT = Duration.ofSeconds(2);

    private static final WebSocketLimits LIMITS = new WebSocketLimits(LIMIT, 1_024, 50, TIMEOUT, TIMEOUT);

    private final Set<WebSocketConnection> connections = ConcurrentHashMap.newKeySet();

    @Resource
    ManagedScheduledExecutorService timer;

    private Future<?> ticking;

    @Override
    public void init() {
        ticking = timer.scheduleAtFixedRate(
                () -> connections.removeIf(one -> !one.tick(System.nanoTime())), 100, 100, TimeUnit.MILLISECONDS);
    }

    @Override
    public void destroy() {
        ticking.cancel(false);
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        if (WebSocketHandshake.isRequested(request)) {
            WebSocketHandshake.accept(request, response, LIMITS, new Echo()).ifPresent(connections::add);
        } else {
            response.setContentType("text/plain");
            response.getWriter().print(connections.size());
        }
    }

    private static final class Echo implements WebSocketListener {

        private WebSocketConnection connection;

        @Override
        public void onOpen(WebSocketConnection opened) {
            connection = opened;
        }

        @Override
        public void onText(String message) {
            answer(Frames.text(message));
        }

        @Override
        public void onBinary(byte[] message) {
            answer(Frames.binary(message));
        }

        /** Whoever reads nothing gets no more answers. */
        private void answer(byte[] frame) {
            if (connection.pendingBytes() <= LIMIT) {
                connection.send(frame);
            }
        }

        @Override
        public void onWritable() {
            // Nothing waits for it.
        }

        @Override
        public void onClose(int code, String reason) {
            // The next tick finds it gone.
        }
    }
}
