package dev.herald.feed;

import static java.lang.System.Logger.Level.DEBUG;

import jakarta.websocket.CloseReason;
import jakarta.websocket.SendResult;
import jakarta.websocket.Session;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;

/**
 * A WebSocket session that is safe to send to, whatever the peer does and whichever server this is: a bounded queue before it,
 * one send in flight, no more on the way than the peer has confirmed, a deadline, a heartbeat, and closing that holds nobody up.
 * Thread-safe.
 *
 * <p>A frame is written by the thread that finds the socket free, at once; what waits is written by whoever completes the send
 * before it, without recursion: servers complete a send on the sending thread as well as on another one.
 *
 * <p>A server's "sent" need not mean more than "in my own memory" (Payara takes 10 MB for a peer that reads nothing). So every
 * few frames a ping goes along, and its pong tells that the peer has read up to there (RFC 6455, 5.5.2 and 5.5.3: whoever reads
 * a ping answers it).
 */
final class TextSocket {

    private static final System.Logger LOG = System.getLogger(TextSocket.class.getName());

    /** A close reason is at most 123 bytes (RFC 6455, 5.5.1). */
    private static final int MAX_REASON = 123;

    /** How often the peer is asked to confirm, in parts of what may be unconfirmed. */
    private static final int PROBES_PER_WINDOW = 8;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final Session session;
    private final FeedSettings settings;
    private final BiConsumer<TextSocket, Runnable> pings;
    private final BiConsumer<TextSocket, Runnable> closings;
    private final Owner owner;

    // Guarded by this object's monitor, under which nothing is called.
    private final Queue<Frame> queue = new ArrayDeque<>();
    private long queuedBytes;
    private boolean refused;
    private boolean writing;
    /** The writing waits for a thread to ping with: that is not the peer's fault. */
    private boolean probeWaits;

    private boolean closed;
    /** The last time that something began to wait, or moved: a send began, a pong came. Of System.nanoTime, as all times here. */
    private long progressAt;
    /** Sent and not confirmed, in order; the last part has no probe yet. */
    private final Deque<Part> unconfirmed = new ArrayDeque<>();

    private volatile long heardAt;
    private volatile boolean pinged;

    /** Whom a socket tells what becomes of it; called outside all locks, from any thread. */
    interface Owner {

        /** The frame was handed to the server. */
        void sent(Frame frame);

        /** There is room again after an offer was refused. */
        void drained();

        /** The peer took no data for too long; the owner closes. */
        void stalled();

        /** The peer was silent for too long, or the connection broke: there is nobody to talk to. */
        void lost(String reason);
    }

    /** Frames that are confirmed together. */
    private static final class Part {
        int frames;
        long bytes;
        /** What the ping after the part carries; not to be guessed by a peer that has not read it. 0 while there is none. */
        long token;
    }

    TextSocket(
            Session session,
            FeedSettings settings,
            BiConsumer<TextSocket, Runnable> pings,
            BiConsumer<TextSocket, Runnable> closings,
            Owner owner) {
        this.session = session;
        this.settings = settings;
        this.pings = pings;
        this.closings = closings;
        this.owner = owner;
        this.heardAt = System.nanoTime();
    }

    /** Queues a frame; false when there is no room or the socket is closed. An empty queue has room for any one frame. */
    boolean offer(Frame frame) {
        return offer(frame, settings.queuedMessages(), settings.queuedBytes());
    }

    /** As {@link #offer}, in the first half of the queue only. */
    boolean offerToHalf(Frame frame) {
        return offer(frame, Math.max(1, settings.queuedMessages() / 2), settings.queuedBytes() / 2);
    }

    private synchronized boolean offer(Frame frame, int maxFrames, long maxBytes) {
        if (closed) {
            return false;
        }
        var full = queue.size() >= maxFrames || (!queue.isEmpty() && queuedBytes + frame.size() > maxBytes);
        if (full) {
            refused = true;
            return false;
        }
        if (!writing && queue.isEmpty()) {
            progressAt = System.nanoTime();
        }
        queue.add(frame);
        queuedBytes += frame.size();
        return true;
    }

    /** Writes what waits unless another thread is at it. */
    void flush() {
        if (claim()) {
            drain();
        }
    }

    private synchronized boolean claim() {
        if (writing || !canSend()) {
            return false;
        }
        writing = true;
        progressAt = System.nanoTime();
        return true;
    }

    private boolean canSend() {
        return !closed && !queue.isEmpty() && !isWindowFull();
    }

    private boolean isWindowFull() {
        var frames = 0;
        var bytes = 0L;
        for (var part : unconfirmed) {
            frames += part.frames;
            bytes += part.bytes;
        }
        return frames >= settings.queuedMessages() || bytes >= settings.queuedBytes();
    }

    /** Only for the thread that has claimed the writing; gives it back when there is nothing to send or it may not be sent. */
    private void drain() {
        while (true) {
            var probe = probeIfDue();
            if (probe != 0) {
                pings.accept(this, () -> probe(probe));
                return;
            }
            Frame frame;
            boolean tellOwner;
            synchronized (this) {
                if (!canSend()) {
                    writing = false;
                    return;
                }
                frame = queue.remove();
                queuedBytes -= frame.size();
                progressAt = System.nanoTime();
                lastPart().frames++;
                lastPart().bytes += frame.size();
                tellOwner = refused && queue.size() <= settings.queuedMessages() / 4;
                refused = refused && !tellOwner;
            }
            if (tellOwner) {
                owner.drained();
            }
            // Of "the send has returned" and "the send is complete", the later one goes on.
            var oneIsDone = new AtomicBoolean();
            if (!send(frame, oneIsDone) || oneIsDone.compareAndSet(false, true)) {
                return;
            }
        }
    }

    private Part lastPart() {
        var last = unconfirmed.peekLast();
        if (last == null || last.token != 0) {
            last = new Part();
            unconfirmed.addLast(last);
        }
        return last;
    }

    /** Ends a part that is large enough; returns the token to ping with, or 0. */
    private synchronized long probeIfDue() {
        var part = unconfirmed.peekLast();
        if (part == null
                || part.token != 0
                || (part.frames < Math.max(1, settings.queuedMessages() / PROBES_PER_WINDOW)
                        && part.bytes < settings.queuedBytes() / PROBES_PER_WINDOW)) {
            return 0;
        }
        part.token = RANDOM.nextLong() | 1;
        probeWaits = true;
        return part.token;
    }

    /** Pings, which on some servers waits for the peer, and goes on writing. */
    private void probe(long token) {
        synchronized (this) {
            probeWaits = false;
            progressAt = System.nanoTime();
        }
        if (sendPing(token)) {
            drain();
        }
    }

    private boolean send(Frame frame, AtomicBoolean oneIsDone) {
        try {
            session.getAsyncRemote().sendText(frame.text(), result -> {
                if (completed(frame, result) && !oneIsDone.compareAndSet(false, true)) {
                    drain();
                }
            });
            return true;
        } catch (RuntimeException e) {
            // The session was closed under our hands. Servers differ in how they say so: Payara by a plain
            // RuntimeException.
            broken(e);
            return false;
        }
    }

    private boolean completed(Frame frame, SendResult result) {
        if (!result.isOK()) {
            broken(result.getException());
            return false;
        }
        owner.sent(frame);
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

    /** Whether a container's error is a connection that breaks, which is everyday, rather than somebody's mistake. */
    static boolean isBroken(Throwable cause) {
        for (Throwable one = cause; one != null; one = one.getCause()) {
            if (one instanceof IOException) {
                return true;
            }
        }
        return false;
    }

    /** Something came from the peer: it lives. */
    void heard() {
        heardAt = System.nanoTime();
        pinged = false;
    }

    /** A pong came: the peer lives, and has read what was sent before the ping that it answers. */
    void pong(ByteBuffer payload) {
        heard();
        if (payload.remaining() == Long.BYTES && confirm(payload.getLong(payload.position()))) {
            flush();
        }
    }

    private synchronized boolean confirm(long token) {
        if (token == 0 || unconfirmed.stream().noneMatch(part -> part.token == token)) {
            return false;
        }
        while (unconfirmed.removeFirst().token != token) {
            // A peer may leave out pongs for all but its latest ping.
        }
        progressAt = System.nanoTime();
        return true;
    }

    /** Looks at the clock: pings a silent peer, gives up one that stays silent or takes no data; false when it is closed. */
    boolean tick(long now) {
        boolean stalled;
        synchronized (this) {
            if (closed) {
                return false;
            }
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

    /** Asks a silent peer for a sign of life. A socket that is being written to needs none: it is watched already. */
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
     * Closes the session on another thread, for a server may take its time; what waits is dropped. The first call counts.
     *
     * @param reason for the peer, in ASCII; cut to what a close frame holds
     */
    void close(int code, String reason) {
        if (markClosed()) {
            closings.accept(this, () -> closeSession(code, reason));
        }
    }

    /** Closes the session at once: there will be no other thread. */
    void goAway() {
        if (markClosed()) {
            owner.lost("the server goes down");
            closeSession(CloseReason.CloseCodes.GOING_AWAY.getCode(), "the server goes down");
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
        queue.clear();
        unconfirmed.clear();
        queuedBytes = 0;
        return true;
    }
}
