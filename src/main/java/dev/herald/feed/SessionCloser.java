package dev.herald.feed;

import static java.lang.System.Logger.Level.DEBUG;

import jakarta.websocket.Session;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Closes a session, on Payara by the thread that reads from it. There the thread that closes also gives the request back, and
 * Payara uses it for another client. A thread that was just reading from the closed session goes on with that request, and both
 * clients break. So on Payara this asks the peer for a pong, and closes on the thread that brings the pong, or whatever comes
 * before it. If nothing comes for {@link #PATIENCE}, nobody is reading, and another thread closes.
 *
 * <p>Called by the container's threads, by the clock, and by anyone who closes. Only {@link #whileReading} and {@link #closeNow}
 * call the container on the calling thread; their callers hold no lock.
 */
final class SessionCloser {

    /** How long a peer may take for its pong. One that reads nothing keeps the container's buffers for so much longer. */
    static final Duration PATIENCE = Duration.ofSeconds(1);

    private static final System.Logger LOG = System.getLogger(SessionCloser.class.getName());

    /** Payara's WebSockets are Tyrus' on an upgraded request. */
    private static final String PAYARA = "org.glassfish.tyrus.";

    private final Session session;
    private final Consumer<Runnable> otherThreads;
    private final boolean byReader;

    // Guarded by this object's monitor, under which nothing is called.
    private boolean isReading;
    private @Nullable Runnable waiting;
    private long askedAt;

    /** @param otherThreads closes and pings, which may block */
    SessionCloser(Session session, Consumer<Runnable> otherThreads) {
        this(session, otherThreads, session.getClass().getName().startsWith(PAYARA));
    }

    /** @param byReader whether the thread that reads has to close */
    SessionCloser(Session session, Consumer<Runnable> otherThreads, boolean byReader) {
        this.session = session;
        this.otherThreads = otherThreads;
        this.byReader = byReader;
    }

    /** Takes what the peer has sent, on the thread that reads from it, and closes the session afterwards if that is asked for. */
    void whileReading(Runnable taking) {
        setReading(true);
        try {
            taking.run();
        } finally {
            setReading(false);
            closeNow();
        }
    }

    private synchronized void setReading(boolean isReading) {
        this.isReading = isReading;
    }

    /** Has the session closed on another thread than the calling one, or once that has taken what the peer has sent. */
    void close(Runnable closing) {
        if (!byReader) {
            otherThreads.accept(closing);
        } else if (mustAsk(closing)) {
            otherThreads.accept(this::askForPong);
        }
    }

    private synchronized boolean mustAsk(Runnable closing) {
        waiting = closing;
        askedAt = System.nanoTime();
        return !isReading;
    }

    private void askForPong() {
        try {
            session.getAsyncRemote().sendPing(ByteBuffer.allocate(0));
        } catch (IOException | RuntimeException e) {
            LOG.log(DEBUG, () -> "connection " + session.getId() + " was gone before it was closed: " + e);
        }
    }

    /** Closes the session on the calling thread if it waits to be closed. */
    void closeNow() {
        var closing = take();
        if (closing != null) {
            closing.run();
        }
    }

    private synchronized @Nullable Runnable take() {
        var closing = waiting;
        waiting = null;
        return closing;
    }

    /** Whether the session waits to be closed. When the peer has taken too long, another thread closes it. */
    boolean isWaiting(long now) {
        synchronized (this) {
            if (waiting == null) {
                return false;
            }
            if (isReading || now - askedAt < PATIENCE.toNanos()) {
                return true;
            }
        }
        otherThreads.accept(this::closeNow);
        return false;
    }
}
