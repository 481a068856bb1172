package dev.herald.feed;

import static java.lang.System.Logger.Level.DEBUG;

import dev.herald.outbox.OutboundBudget;
import dev.herald.outbox.Outbox;
import dev.herald.outbox.Unconfirmed;
import jakarta.websocket.CloseReason;
import jakarta.websocket.SendResult;
import jakarta.websocket.Session;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/**
 * Makes a WebSocket session safe to send to, whatever the peer does and on every server. It has a bounded queue, one send at a
 * time, a bound for what the peer has not confirmed (Payara buffers 10 MB for a peer that reads nothing), a deadline, a
 * heartbeat, and a close that delays nobody.
 *
 * <p>When the socket is free, the sending thread writes the frame at once. Otherwise the frame waits, and the thread that
 * completes the send before it writes it. There is no recursion: servers complete a send on the sending thread or on another
 * one.
 *
 * <p>Thread-safe: called by the container's threads, the server's clock, and anyone who sends. Callers may hold any lock,
 * except for {@link #flush}, {@link #pong}, {@link #tick} and {@link #goAway}, which call the container or the owner.
 */
final class TextSocket {

    private static final System.Logger LOG = System.getLogger(TextSocket.class.getName());

    /** A close reason is at most 123 bytes (RFC 6455, 5.5.1). */
    private static final int MAX_REASON = 123;

    /** What comes together in one list at most, unless one message is longer; in characters. */
    private static final int MAX_LIST = 65_536;

    /** How often the peer is asked to confirm, in parts of what may be unconfirmed. */
    private static final int PROBES = 8;

    private final Session session;
    private final boolean takesLists;
    private final FeedSettings settings;
    private final BiConsumer<TextSocket, Runnable> pings;
    private final SessionCloser closer;
    private final Owner owner;

    private final OutboundBudget.Share share;

    // Guarded by this object's monitor, under which nothing but the budget is called.
    private final Outbox<Frame> queue;
    private final Unconfirmed unconfirmed;
    private boolean writing;
    /** Writing waits for a thread that sends a ping; this is not the peer's fault. */
    private boolean probeWaits;

    private boolean closed;
    /** The last time that something began to wait, or moved: a send began, a pong came. Of System.nanoTime, as all times here. */
    private long progressAt;

    private volatile long heardAt;
    private volatile boolean pinged;

    /** Hears what happens to a socket. Called outside all locks, from any thread. */
    interface Owner {

        /** The frame was handed to the server. */
        void sent(Frame frame);

        /** There is room again after an offer was refused. */
        void drained();

        /** The peer took no data for too long; the owner closes. */
        void stalled();

        /** The peer was silent for too long, or the connection broke. */
        void lost(String reason);
    }

    /** @param takesLists whether messages that wait may be sent together, as one JSON array */
    TextSocket(
            Session session,
            boolean takesLists,
            FeedSettings settings,
            OutboundBudget budget,
            BiConsumer<TextSocket, Runnable> pings,
            BiConsumer<TextSocket, Runnable> closings,
            Owner owner) {
        this.session = session;
        this.takesLists = takesLists;
        this.settings = settings;
        this.pings = pings;
        this.closer = new SessionCloser(session, work -> closings.accept(this, work));
        this.owner = owner;
        this.share = budget.open(owner::stalled);
        this.queue = new Outbox<>(settings.queuedMessages(), settings.queuedBytes(), share);
        this.unconfirmed = new Unconfirmed(settings.queuedMessages(), settings.queuedBytes(), PROBES, share);
        this.heardAt = System.nanoTime();
    }

    /** Queues a frame; false when there is no room or the socket is closed. An empty queue has room for any one frame. */
    synchronized boolean offer(Frame frame) {
        beginsToWait();
        return queue.offer(frame);
    }

    /** As {@link #offer}, but only while the queue is less than half full. */
    synchronized boolean offerToHalf(Frame frame) {
        beginsToWait();
        return queue.offerToHalf(frame);
    }

    private void beginsToWait() {
        if (!writing && queue.isEmpty()) {
            progressAt = System.nanoTime();
        }
    }

    /** How many bytes wait for the client, as far as they are counted. */
    long waitingBytes() {
        return share.bytes();
    }

    /** Writes what waits, unless another thread does so already. */
    void flush() {
        if (claim()) {
            drain();
        }
        share.relieve();
    }

    private synchronized boolean claim() {
        if (writing || !canSend()) {
            queue.count();
            return false;
        }
        writing = true;
        progressAt = System.nanoTime();
        return true;
    }

    private boolean canSend() {
        return !closed && !queue.isEmpty() && !unconfirmed.isFull();
    }

    /** Only for the thread that has claimed the writing; gives it back when there is nothing to send or it may not be sent. */
    private void drain() {
        while (true) {
            var probe = probeIfDue();
            if (probe != 0) {
                pings.accept(this, () -> probe(probe));
                return;
            }
            List<Frame> frames;
            boolean tellOwner;
            synchronized (this) {
                if (!canSend()) {
                    writing = false;
                    queue.count();
                    return;
                }
                frames = takeNext();
                progressAt = System.nanoTime();
                tellOwner = queue.isDrained();
            }
            if (tellOwner) {
                owner.drained();
            }
            // Writing goes on when the send has both returned and completed; whichever comes later continues it.
            var oneIsDone = new AtomicBoolean();
            if (!send(frames, oneIsDone) || oneIsDone.compareAndSet(false, true)) {
                return;
            }
        }
    }

    /** Takes one frame, or for a peer that takes lists all that wait and may be sent together. */
    private List<Frame> takeNext() {
        var frames = new ArrayList<Frame>(1);
        var size = 0;
        do {
            var frame = queue.take();
            unconfirmed.sent(1, frame.size());
            frames.add(frame);
            size += frame.size();
        } while (takesLists && size < MAX_LIST && canSend());
        return frames;
    }

    /** The token to ping with now, or 0. */
    private synchronized long probeIfDue() {
        var token = unconfirmed.probe();
        probeWaits = token != 0;
        return token;
    }

    /** Sends a ping, which on some servers waits for the peer, and then goes on writing. */
    private void probe(long token) {
        synchronized (this) {
            probeWaits = false;
            progressAt = System.nanoTime();
        }
        if (sendPing(token)) {
            drain();
        }
    }

    private boolean send(List<Frame> frames, AtomicBoolean oneIsDone) {
        try {
            session.getAsyncRemote().sendText(text(frames), result -> {
                if (completed(frames, result) && !oneIsDone.compareAndSet(false, true)) {
                    drain();
                }
            });
            return true;
        } catch (RuntimeException e) {
            // The session was closed meanwhile. Servers differ in how they say so: Payara by a plain RuntimeException.
            broken(e);
            return false;
        }
    }

    private static String text(List<Frame> frames) {
        return frames.size() == 1
                ? frames.get(0).text()
                : frames.stream().map(Frame::text).collect(Collectors.joining(",", "[", "]"));
    }

    private boolean completed(List<Frame> frames, SendResult result) {
        if (!result.isOK()) {
            broken(result.getException());
            return false;
        }
        frames.forEach(owner::sent);
        return true;
    }

    private boolean sendPing(long token) {
        try {
            var payload = token == 0
                    ? ByteBuffer.allocate(0)
                    : ByteBuffer.allocate(Long.BYTES).putLong(0, token);
            session.getAsyncRemote().sendPing(payload);
            return true;
        } catch (IOException | RuntimeException e) {
            broken(e);
            return false;
        }
    }

    private void broken(Throwable cause) {
        LOG.log(DEBUG, () -> "connection " + session.getId() + " broke while sending: " + cause);
        owner.lost("connection lost");
    }

    /** Whether an error of the container means that the connection broke, which is normal, and not a programming error. */
    static boolean isBroken(Throwable cause) {
        for (Throwable one = cause; one != null; one = one.getCause()) {
            if (one instanceof IOException) {
                return true;
            }
        }
        return false;
    }

    /** Something came from the peer, so it is alive. */
    void heard() {
        heardAt = System.nanoTime();
        pinged = false;
    }

    /** A pong came: the peer is alive, and has read everything that was sent before the ping. */
    void pong(ByteBuffer payload) {
        heard();
        if (payload.remaining() == Long.BYTES && confirm(payload.getLong(payload.position()))) {
            flush();
        }
    }

    private synchronized boolean confirm(long token) {
        var confirmed = unconfirmed.confirm(token);
        if (confirmed) {
            progressAt = System.nanoTime();
        }
        return confirmed;
    }

    /** Takes what the peer has sent, on the container's thread that reads from it. */
    void whileReading(Runnable taking) {
        closer.whileReading(taking);
    }

    /**
     * Checks deadlines: pings a silent peer, and gives up one that stays silent or takes no data. False when the session is
     * closed, or closing.
     */
    boolean tick(long now) {
        return isClosed() ? closer.isWaiting(now) : checkDeadlines(now);
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private boolean checkDeadlines(long now) {
        boolean stalled;
        synchronized (this) {
            var waiting = writing || !queue.isEmpty();
            stalled = waiting
                    && !probeWaits
                    && now - progressAt > settings.writeTimeout().toNanos();
        }
        var silence = now - heardAt;
        if (stalled) {
            owner.stalled();
        } else if (silence
                > settings.pingInterval().plus(settings.pingTimeout()).toNanos()) {
            owner.lost("ping timeout");
        } else if (silence >= settings.pingInterval().toNanos() && !pinged) {
            pinged = true;
            pings.accept(this, this::ping);
        }
        return true;
    }

    /** Pings a silent peer. A socket that is being written to needs no ping, because its deadline is checked already. */
    private void ping() {
        synchronized (this) {
            if (writing || closed) {
                pinged = false;
                return;
            }
            writing = true;
            progressAt = System.nanoTime();
        }
        if (sendPing(0)) {
            drain();
        }
    }

    /**
     * Closes the session on another thread, because closing may take long; on Payara see {@link SessionCloser}. What waits is
     * dropped. The first call counts.
     *
     * @param reason for the peer, in ASCII; cut to what a close frame holds
     */
    void close(int code, String reason) {
        if (markClosed()) {
            closer.close(() -> closeSession(code, reason));
        }
    }

    /** Closes the session on the calling thread, when there will be no other thread. */
    void goAway() {
        if (markClosed()) {
            owner.lost("the server goes down");
            closeSession(CloseReason.CloseCodes.GOING_AWAY.getCode(), "the server goes down");
        } else {
            closer.closeNow();
        }
    }

    private void closeSession(int code, String reason) {
        try {
            var shortened = reason.substring(0, Math.min(reason.length(), MAX_REASON));
            session.close(new CloseReason(CloseReason.CloseCodes.getCloseCode(code), shortened));
        } catch (IOException | RuntimeException e) {
            LOG.log(DEBUG, () -> "connection " + session.getId() + " was gone before it was closed: " + e);
        }
    }

    /** The session is closed already: nothing is sent any more. Returns false when it was known. */
    synchronized boolean markClosed() {
        if (closed) {
            return false;
        }
        closed = true;
        queue.close();
        unconfirmed.close();
        share.close();
        return true;
    }
}
