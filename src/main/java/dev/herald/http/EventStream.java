package dev.herald.http;

import static java.lang.System.Logger.Level.DEBUG;

import dev.herald.concurrent.SerialLoop;
import dev.herald.concurrent.WriteBatch;
import dev.herald.nonblocking.FrameWriter;
import dev.herald.nonblocking.GrizzlyConnection;
import dev.herald.outbox.OutboundBudget;
import dev.herald.outbox.Outbox;
import jakarta.servlet.AsyncContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An answer that goes on: a bounded queue, written without blocking, with a deadline for a client that takes no data, and a
 * comment from time to time when there is nothing to say. If the socket is free, the sending thread writes all that waits at once.
 *
 * <p>Thread-safe. {@link #offer} and {@link #offerToHalf} may be called under any lock, everything else under none.
 */
final class EventStream implements FrameWriter.Listener {

    private static final System.Logger LOG = System.getLogger(EventStream.class.getName());

    /** How long the last words may take. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    /** How much is encoded at a time, in bytes, unless one message is larger. */
    private static final int MAX_JOINED = 64 * 1024;

    private static final byte[] NOTHING = {};

    /** How much a server may keep for a client that does not take it, where it can be told, in bytes. */
    private static final int MAX_BUFFERED = 64 * 1024;

    private static final EventFrame HEARTBEAT = new EventFrame.Line(":\n");

    private final HttpSettings settings;
    private final EventWriter text;
    private final Optional<GrizzlyConnection> tcp;
    private final Owner owner;
    private final OutboundBudget.Share share;
    private final FrameWriter writer = new FrameWriter(this);
    private final Runnable write = this::writeNow;

    /** One thread at a time encodes, so that what is written has the queue's order. */
    private final SerialLoop filling = new SerialLoop();

    // Only for the thread that fills.
    private long encoded;

    // Guarded by this object's monitor, under which nothing but the budget is called.
    private final Outbox<EventFrame> queue;
    private boolean closing;
    private boolean closed;

    private volatile @Nullable AsyncContext context;
    private volatile boolean isCut;
    private volatile long wroteAt;

    /** Hears what happens to a stream. Called outside all locks, from any thread. */
    interface Owner {

        /** There is room again after an offer was refused. */
        void drained();

        /** The client takes no data for too long; the owner cuts the stream. */
        void stalled();

        /** The connection broke. */
        void lost();

        /** The stream is at its end: the request is completed, on a thread that may wait. */
        void over();
    }

    /**
     * A stream that waits for its beginning.
     *
     * @param tcp the connection, if the server has one that can be cut
     */
    EventStream(
            HttpSettings settings,
            OutboundBudget budget,
            EventWriter text,
            Optional<GrizzlyConnection> tcp,
            Owner owner) {
        this.settings = settings;
        this.text = text;
        this.tcp = tcp;
        this.owner = owner;
        this.share = budget.open(owner::stalled);
        this.queue = new Outbox<>(settings.queuedMessages(), settings.queuedBytes(), share);
        this.wroteAt = System.nanoTime();
    }

    /** Begins to write; until then everything waits. */
    void open(AsyncContext request) throws IOException {
        context = request;
        if (isClosed()) {
            complete();
            return;
        }
        tcp.ifPresent(one -> one.boundOutput(MAX_BUFFERED));
        GrizzlyConnection.shrinkBuffers(request.getRequest());
        writer.begin(request.getResponse().getOutputStream());
        writeNow();
    }

    /** Queues a frame; false when there is no room or the stream is closed. An empty queue has room for any one frame. */
    synchronized boolean offer(EventFrame frame) {
        return queue.offer(frame);
    }

    /** As {@link #offer}, but only while the queue is less than half full. */
    synchronized boolean offerToHalf(EventFrame frame) {
        return queue.offerToHalf(frame);
    }

    /** How many bytes wait for the client, as far as they are counted. */
    long waitingBytes() {
        return share.bytes();
    }

    /** Writes what waits, if the socket is free; at the end of the thread's batch, if it is in one. */
    void flush() {
        if (!WriteBatch.putOff(write)) {
            writeNow();
        }
    }

    private void writeNow() {
        filling.run(this::fill);
        if (context != null) {
            writer.flush();
        }
        count();
        share.relieve();
    }

    private synchronized void count() {
        queue.count();
    }

    /** Hands what waits to the writer, if the writer has nothing. */
    private void fill() {
        if (context == null || (writer.frames() > 0 && !isClosed())) {
            return;
        }
        share.remove(encoded);
        encoded = 0;
        var bytes = new ByteArrayOutputStream(256);
        for (var frame = next(bytes.size()); frame != null; frame = next(bytes.size())) {
            text.write(frame, bytes);
        }
        if (bytes.size() > 0) {
            encoded = bytes.size();
            share.add(encoded);
            wroteAt = System.nanoTime();
            writer.add(bytes.toByteArray());
        }
        if (isAtEnd()) {
            writer.close(NOTHING);
            writer.closeReceived();
        }
        if (isDrained()) {
            owner.drained();
        }
    }

    private synchronized boolean isDrained() {
        return queue.isDrained();
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private synchronized @Nullable EventFrame next(int joined) {
        return queue.isEmpty() || joined >= MAX_JOINED ? null : queue.take();
    }

    private synchronized boolean isAtEnd() {
        return closing && !closed && queue.isEmpty();
    }

    // What the writer tells.

    @Override
    public void allHasLeft() {
        filling.run(this::fill);
    }

    @Override
    public void closedByBoth() {
        end();
    }

    @Override
    public void broken(Throwable cause) {
        LOG.log(DEBUG, () -> "a listener's connection broke: " + cause);
        owner.lost();
    }

    /** Checks deadlines; false when the stream is closed. */
    boolean tick(long now) {
        if (isClosed()) {
            return false;
        }
        if (context == null) {
            return true;
        }
        if (writer.isOverdue(now, settings.writeTimeout(), CLOSE_TIMEOUT)) {
            owner.stalled();
        } else if (now - wroteAt >= settings.pingInterval().toNanos() && isIdle()) {
            if (offer(HEARTBEAT)) {
                writeNow();
            }
        }
        return true;
    }

    private boolean isIdle() {
        synchronized (this) {
            if (closing || !queue.isEmpty()) {
                return false;
            }
        }
        return writer.frames() == 0;
    }

    /** Says the last words behind all that waits, and ends. */
    void close(EventFrame last) {
        synchronized (this) {
            if (closing || closed) {
                return;
            }
            closing = true;
            queue.add(last);
        }
        if (context == null) {
            end();
        } else {
            writeNow();
        }
    }

    /** Ends at once, in whatever state the client is; what waits is dropped, also what the server keeps. The first end counts. */
    void cut() {
        isCut = true;
        end();
    }

    /** Ends; what waits is dropped. */
    void end() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            queue.close();
            share.close();
        }
        writer.stop();
        // Takes what was encoded off the budget.
        filling.run(this::fill);
        owner.over();
    }

    /** Completes the request. May wait for the client. */
    void complete() {
        var started = context;
        if (started == null) {
            return;
        }
        if (isCut) {
            tcp.ifPresent(GrizzlyConnection::cut);
        }
        try {
            started.complete();
        } catch (RuntimeException e) {
            LOG.log(DEBUG, () -> "the container had ended a stream before: " + e);
        }
    }
}
