package dev.herald.engine;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Moves a session from polling to a WebSocket (Engine.IO 4, "Upgrade"). One socket at a time is the candidate: the client
 * first sends a probe on it, and then says that it switches. Until then the session uses polling; if the candidate fails or
 * takes too long, it stays with polling. Called by the threads that read the client's requests and sockets, and by the
 * server's clock, holding no lock; no call is made under its own.
 */
final class Upgrade {

    private static final String PROBE = "2" + EnginePacket.PROBE;
    private static final String GO_OVER = "5";

    private final EngineSession session;
    private final long timeout;
    private final Consumer<Runnable> pause;

    // Guarded by this object's monitor.
    private @Nullable WebSocketTransport candidate;
    private long since;
    private boolean probed;

    /**
     * @param timeout how long a candidate may try
     * @param pause runs a task after the time for which a waiting GET is held once a candidate has probed
     */
    Upgrade(EngineSession session, Duration timeout, Consumer<Runnable> pause) {
        this.session = session;
        this.timeout = timeout.toNanos();
        this.pause = pause;
    }

    /** Makes a socket the candidate, unless there is one. */
    synchronized void begin(WebSocketTransport socket, long now) {
        if (candidate == null) {
            candidate = socket;
            since = now;
            probed = false;
        }
    }

    synchronized boolean isCandidate(WebSocketTransport socket) {
        return candidate == socket;
    }

    /** A packet came on the candidate. */
    void hear(WebSocketTransport socket, String frame) {
        if (frame.equals(PROBE) && probe(socket)) {
            socket.say(new EnginePacket.Pong(EnginePacket.PROBE));
            letGetsGo();
        } else if (!frame.equals(GO_OVER) || !leave(socket) || !session.goOverTo(socket)) {
            fail(socket);
        }
    }

    /** Answers the first probe only, so that a client cannot make the server send any number of answers. */
    private synchronized boolean probe(WebSocketTransport socket) {
        var first = candidate == socket && !probed;
        probed |= first;
        return first;
    }

    /** Removes the candidate; returns whether this socket was it. */
    private synchronized boolean leave(WebSocketTransport socket) {
        var left = candidate == socket;
        if (left) {
            candidate = null;
        }
        return left;
    }

    /**
     * Answers the waiting GET after the pause, if a candidate has probed: the client switches only when it has no GET waiting.
     */
    void letGetsGo() {
        if (isProbed()) {
            pause.accept(() -> {
                if (isProbed()) {
                    session.releaseGet();
                }
            });
        }
    }

    private synchronized boolean isProbed() {
        return candidate != null && probed;
    }

    /** A socket that is not the session's transport has failed. */
    void fail(WebSocketTransport socket) {
        leave(socket);
        socket.close();
    }

    /** Looks at the clock. */
    void tick(long now) {
        closeCandidate(() -> now - since > timeout);
    }

    /** The session is over. */
    void stop() {
        closeCandidate(() -> true);
    }

    private void closeCandidate(BooleanSupplier condition) {
        WebSocketTransport closed;
        synchronized (this) {
            if (candidate == null || !condition.getAsBoolean()) {
                return;
            }
            closed = candidate;
            candidate = null;
        }
        closed.close();
    }
}
