package dev.herald.engine;

import dev.herald.concurrent.WriteBatch;
import dev.herald.outbox.Unconfirmed;
import dev.herald.websocket.Frames;
import dev.herald.websocket.WebSocketConnection;
import dev.herald.websocket.WebSocketListener;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sends packets as frames of a WebSocket. When a write is finished, everything that waits goes into the next one, but never
 * more than the client may leave unconfirmed. A socket that may take over a polling session is a candidate until the client
 * switches to it (Engine.IO 4, "Upgrade").
 *
 * <p>Thread-safe. {@link #claim} and {@link #isIdle} are called under the session's lock. All other methods are called by the
 * threads of the connection, of the server's clock and of whoever sends, under no lock.
 */
final class WebSocketTransport implements Transport, WebSocketListener {

    /** A client is asked to confirm so many times for as much as may be unconfirmed. */
    private static final int PROBES = 16;

    /** A client is never asked more often than after so many bytes; the operating system's buffers hold as much anyway. */
    private static final int MIN_PROBED_BYTES = 16_384;

    /** How long a client that has reached the limit may take to confirm something. */
    private static final Duration CONFIRM_TIMEOUT = Duration.ofSeconds(10);

    private final EngineSession session;
    private final long maxUnconfirmed;
    /** Guarded by itself. */
    private final Unconfirmed unconfirmed;
    /** Whether the client has been asked to confirm and has not answered. Read without the lock. */
    private volatile boolean isAsked;
    /** When the client was first asked, or last confirmed something. Guarded by {@code unconfirmed}. */
    private long confirmedAt;
    /** Bytes that {@code unconfirmed} does not know of yet. Only for the thread that has claimed the writing. */
    private long justWritten;

    /** {@code null} once this is the session's transport. */
    private volatile @Nullable Upgrade upgrade;

    private volatile @Nullable WebSocketConnection connection;

    /**
     * @param upgrade the upgrade for which this is a candidate; {@code null} if it is the session's transport from the start
     */
    WebSocketTransport(EngineSession session, @Nullable Upgrade upgrade) {
        this.session = session;
        this.upgrade = upgrade;
        this.maxUnconfirmed = session.server().settings().queuedBytes();
        this.unconfirmed = new Unconfirmed(Integer.MAX_VALUE, maxUnconfirmed, PROBES, session.share());
    }

    @Override
    public String name() {
        return EngineSettings.WEBSOCKET;
    }

    /** From now on this is the session's transport. */
    void activate() {
        upgrade = null;
    }

    @Override
    public @Nullable Consumer<List<Outgoing>> claim() {
        var open = connection;
        return open == null || open.pendingFrames() > 0 || owesTooMuch() ? null : packets -> write(open, packets);
    }

    @Override
    public boolean isIdle() {
        var open = connection;
        return open != null && open.pendingFrames() == 0 && !owesTooMuch();
    }

    private boolean owesTooMuch() {
        if (!isAsked) {
            return false;
        }
        synchronized (unconfirmed) {
            return unconfirmed.isFull();
        }
    }

    private void write(WebSocketConnection open, List<Outgoing> packets) {
        var bytes = 0L;
        for (var one : packets) {
            var frames = one.frames();
            bytes += frames.length;
            open.send(frames);
        }
        justWritten += bytes;
        if (justWritten >= Math.max(MIN_PROBED_BYTES, maxUnconfirmed / PROBES)) {
            askToConfirm(open);
        }
        open.flush();
    }

    private void askToConfirm(WebSocketConnection open) {
        long token;
        synchronized (unconfirmed) {
            if (!isAsked) {
                confirmedAt = System.nanoTime();
            }
            unconfirmed.sent(0, justWritten);
            token = unconfirmed.probe();
            isAsked = unconfirmed.isAsked();
        }
        justWritten = 0;
        if (token != 0) {
            open.send(Frames.ping(
                    ByteBuffer.allocate(Long.BYTES).putLong(0, token).array()));
        }
    }

    @Override
    public boolean onPong(byte[] payload) {
        if (payload.length != Long.BYTES) {
            return false;
        }
        synchronized (unconfirmed) {
            if (!unconfirmed.confirm(ByteBuffer.wrap(payload).getLong())) {
                return false;
            }
            isAsked = unconfirmed.isAsked();
            confirmedAt = System.nanoTime();
        }
        session.flush();
        return true;
    }

    private boolean isStalled(long now) {
        synchronized (unconfirmed) {
            return unconfirmed.bytes() >= maxUnconfirmed && now - confirmedAt > CONFIRM_TIMEOUT.toNanos();
        }
    }

    /** Sends a packet without the session's queue, for the handshake of an upgrade. */
    void say(EnginePacket packet) {
        var open = connection;
        if (open != null) {
            open.send(Outgoing.of(packet).frames());
            open.flush();
        }
    }

    void close() {
        var open = connection;
        if (open != null) {
            open.close(1000, "");
        }
    }

    /** Sends these, closes, and does not wait for anything. */
    void close(List<Outgoing> lastWords) {
        var open = connection;
        if (open != null) {
            lastWords.forEach(one -> open.send(one.frames()));
            open.close(1000, "");
        }
    }

    /** Ends TCP at once, because the client reads nothing. */
    void abort() {
        var open = connection;
        if (open != null) {
            open.abort();
        }
    }

    /** Checks the deadlines of the connection, which may outlive the session; false when it is gone. */
    boolean tick(long now) {
        var open = connection;
        if (open != null && isStalled(now)) {
            open.abort();
        }
        return open != null && open.tick(now);
    }

    @Override
    public void onOpen(WebSocketConnection opened) {
        connection = opened;
        session.server().watch(this);
        if (!session.wants(this)) {
            opened.close(1000, "");
        } else if (upgrade == null) {
            session.flush();
        }
    }

    @Override
    public void onRead(Runnable messages) {
        WriteBatch.during(messages);
    }

    @Override
    public void onText(String message) {
        var trying = upgrade;
        if (trying == null) {
            session.receiveText(message);
        } else {
            trying.hear(this, message);
        }
    }

    @Override
    public void onBinary(byte[] message) {
        var trying = upgrade;
        if (trying == null) {
            session.receiveBytes(message);
        } else {
            trying.fail(this);
        }
    }

    @Override
    public void onWritable() {
        session.flush();
    }

    @Override
    public void onClose(int code, String reason) {
        synchronized (unconfirmed) {
            unconfirmed.close();
            isAsked = false;
        }
        var trying = upgrade;
        if (trying == null) {
            session.transportClosed();
        } else {
            trying.fail(this);
        }
    }
}
