package dev.herald.websocket;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpUpgradeHandler;
import jakarta.servlet.http.WebConnection;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of one WebSocket (RFC 6455), read and written without blocking. Thread-safe.
 *
 * <p>What is sent waits until somebody flushes. The thread that flushes writes, together, all that waits, when the socket is
 * free; while another thread writes that one takes it along; and while the socket is full it waits for the container's word.
 *
 * <p>It has no clock: whoever has one calls {@link #tick}.
 */
public final class WebSocketConnection implements HttpUpgradeHandler {

    private static final System.Logger LOG = System.getLogger(WebSocketConnection.class.getName());

    private static final int READ_SIZE = 8_192;

    /** What is joined in one write at most, unless one frame is larger: a slow peer shall show progress. In bytes. */
    private static final int MAX_JOINED = 65_536;

    /** Hears what nobody else is to hear any more. */
    private static final WebSocketListener NOBODY = new WebSocketListener() {

        @Override
        public void onOpen(WebSocketConnection opened) {
            // Too late.
        }

        @Override
        public void onText(String message) {
            // Too late.
        }

        @Override
        public void onBinary(byte[] message) {
            // Too late.
        }

        @Override
        public void onWritable() {
            // Too late.
        }

        @Override
        public void onClose(int code, String reason) {
            // Told before.
        }
    };

    private final Object lock = new Object();

    // Set by start, before init, and by init, before anything is read or written.
    @SuppressWarnings("NullAway.Init")
    private WebSocketLimits limits;

    @SuppressWarnings("NullAway.Init")
    private WebSocketListener listener;

    @SuppressWarnings("NullAway.Init")
    private FrameReader reader;

    @SuppressWarnings("NullAway.Init")
    private ServletInputStream input;

    @SuppressWarnings("NullAway.Init")
    private ServletOutputStream output;

    // Guarded by the lock, under which nothing is called.
    private @Nullable TcpConnection connection;
    private final Queue<byte[]> queue = new ArrayDeque<>(2);
    private long queuedBytes;
    /** The container has said that it takes data, and has not been found full since. */
    private boolean ready;
    /** A thread has claimed the output. */
    private boolean writing;
    /** The container's word came while a thread had claimed the output. */
    private boolean signalled;
    /** Our close frame is in the queue, or was; nothing may follow it. */
    private boolean closing;

    private boolean closeSent;
    private boolean closeReceived;
    private @Nullable Ending ending;
    private boolean gone;
    private boolean goneTold;
    private boolean listenerFailed;
    /** How many calls of the listener have not returned. */
    private int calls;

    /** Counts what the peer, or the container, took. */
    private long progress;

    private @Nullable Since waiting;
    private @Nullable Since closingSince;

    // Only for the thread that has claimed the output.
    private boolean flushIsDue;
    private boolean wrote;

    /** How it ends, for the listener: the first reason counts. */
    private record Ending(int code, String reason) {}

    /** When a tick first saw the connection wait, with the progress until then. */
    private record Since(long nanoTime, long progress) {}

    /** For the container. */
    public WebSocketConnection() {}

    /** Gives it what it needs; before the container calls {@link #init}, which it does after the servlet has returned. */
    void start(WebSocketLimits limits, WebSocketListener listener) {
        synchronized (lock) {
            this.limits = limits;
            this.listener = listener;
            this.reader = new FrameReader(limits, System::nanoTime, new FromPeer());
        }
    }

    @Override
    public void init(WebConnection opened) {
        var tcp = TcpConnection.below(opened);
        boolean isLate;
        synchronized (lock) {
            connection = tcp;
            isLate = gone;
        }
        if (isLate) {
            tcp.close();
            return;
        }
        try {
            input = opened.getInputStream();
            output = opened.getOutputStream();
            tell(one -> one.onOpen(this));
            if (!isGone()) {
                input.setReadListener(new Incoming());
                output.setWriteListener(new Outgoing());
            }
        } catch (IOException | RuntimeException e) {
            broken(e);
        }
    }

    /** The container has ended the connection. */
    @Override
    public void destroy() {
        end(CloseCodes.BROKEN, "connection lost");
    }

    /**
     * Queues a frame, which nobody may change any more; ignored when the connection is closed. The sender bounds the queue, by
     * {@link #pendingFrames} and {@link #pendingBytes}.
     *
     * @param frame as {@link Frames} builds it; any number of connections may share it
     */
    public void send(byte[] frame) {
        synchronized (lock) {
            if (!closing && !gone) {
                enqueue(frame);
            }
        }
    }

    private void enqueue(byte[] frame) {
        queue.add(frame);
        queuedBytes += frame.length;
    }

    /** Writes what waits in one write, on this thread, if the socket is free; otherwise whoever holds it up goes on. */
    public void flush() {
        synchronized (lock) {
            if (writing || !ready || gone || queue.isEmpty()) {
                return;
            }
            writing = true;
        }
        drain();
    }

    /** How many frames wait. */
    public int pendingFrames() {
        synchronized (lock) {
            return queue.size();
        }
    }

    /** How many bytes the frames have that wait. */
    public long pendingBytes() {
        synchronized (lock) {
            return queuedBytes;
        }
    }

    /**
     * Sends a close frame after what waits, and ends TCP when the peer has answered it or after {@code closeTimeout}. The first
     * close counts.
     *
     * @param code one that may be in a close frame (RFC 6455, 7.4)
     * @param reason for the peer; cut to the 123 bytes that a close frame holds
     */
    public void close(int code, String reason) {
        if (!CloseCodes.isSendable(code)) {
            throw new IllegalArgumentException("a close frame does not carry " + code);
        }
        synchronized (lock) {
            if (closing || gone) {
                return;
            }
            closeWith(new Ending(code, reason));
        }
        flush();
    }

    private void closeWith(Ending cause) {
        closing = true;
        ending = cause;
        enqueue(Frames.close(cause.code(), cause.reason()));
    }

    /** Ends TCP at once. */
    public void abort() {
        cut("aborted");
    }

    /**
     * Looks at the clock: ends a connection whose peer takes no data for {@code writeTimeout} while something waits, or does not
     * answer a close in {@code closeTimeout}; both are counted from the first tick that sees it so.
     *
     * @param nanoTime of {@link System#nanoTime}
     * @return false when the connection is gone
     */
    public boolean tick(long nanoTime) {
        boolean isStuck;
        boolean isUnanswered;
        synchronized (lock) {
            if (gone) {
                return false;
            }
            if (ready && queue.isEmpty()) {
                waiting = null;
            } else if (waiting == null || waiting.progress() != progress) {
                waiting = new Since(nanoTime, progress);
            }
            if (closing && closingSince == null) {
                closingSince = new Since(nanoTime, progress);
            }
            isStuck = isOver(waiting, nanoTime, limits.writeTimeout().toNanos());
            isUnanswered = isOver(closingSince, nanoTime, limits.closeTimeout().toNanos());
        }
        if (isStuck || isUnanswered) {
            LOG.log(DEBUG, isStuck ? "a peer takes no data" : "a peer does not answer a close");
            cut("write timeout");
            return false;
        }
        return true;
    }

    private static boolean isOver(@Nullable Since since, long nanoTime, long timeout) {
        return since != null && nanoTime - since.nanoTime() > timeout;
    }

    /** Writes until nothing waits or the socket is full. Only for the thread that has claimed the output, which it gives back. */
    private void drain() {
        try {
            while (flushIsDue || hasMore()) {
                if (!isReady()) {
                    return;
                }
                if (flushIsDue) {
                    output.flush();
                    flushIsDue = false;
                } else {
                    output.write(take());
                    flushIsDue = true;
                    wrote = true;
                }
            }
        } catch (IOException | RuntimeException | Error e) {
            // Nobody else would write to it any more.
            broken(e);
            if (e instanceof Error error) {
                throw error;
            }
        }
    }

    /** Asks the container; gives the output back when it is full, for the container calls when it is not so any more. */
    private boolean isReady() {
        while (true) {
            synchronized (lock) {
                if (gone) {
                    return false;
                }
                signalled = false;
            }
            if (output.isReady()) {
                return true;
            }
            synchronized (lock) {
                // The container's word may have come already, on another thread.
                if (!signalled) {
                    ready = false;
                    writing = false;
                    return false;
                }
            }
        }
    }

    /** Takes what waits, which is something, as one array. */
    private byte[] take() {
        synchronized (lock) {
            progress++;
            if (queue.size() == 1) {
                queuedBytes = 0;
                return queue.remove();
            }
            var frames = new ArrayDeque<byte[]>(queue.size());
            var bytes = 0;
            for (var next = queue.peek(); next != null; next = queue.peek()) {
                if (!frames.isEmpty() && bytes + next.length > MAX_JOINED) {
                    break;
                }
                frames.add(queue.remove());
                bytes += next.length;
            }
            queuedBytes -= bytes;
            return join(frames, bytes);
        }
    }

    private static byte[] join(Iterable<byte[]> frames, int length) {
        var joined = new byte[length];
        var at = 0;
        for (var frame : frames) {
            System.arraycopy(frame, 0, joined, at, frame.length);
            at += frame.length;
        }
        return joined;
    }

    /** Whether there is more to write. If not: tells that everything has left, and gives the output back unless that brings more. */
    private boolean hasMore() {
        while (true) {
            boolean isOver;
            synchronized (lock) {
                if (!queue.isEmpty()) {
                    return true;
                }
                closeSent = closing;
                isOver = closeSent && closeReceived;
                writing = wrote && !closing;
                wrote = false;
                if (!writing && !isOver) {
                    return false;
                }
            }
            if (isOver) {
                end(CloseCodes.NONE, "");
                return false;
            }
            // With the output claimed: what is sent meanwhile is written by the loop, not by recursion.
            tell(WebSocketListener::onWritable);
        }
    }

    private final class Outgoing implements WriteListener {

        @Override
        public void onWritePossible() {
            synchronized (lock) {
                progress++;
                signalled = true;
                ready = true;
                if (writing || gone) {
                    return;
                }
                writing = true;
            }
            drain();
        }

        @Override
        public void onError(Throwable cause) {
            broken(cause);
        }
    }

    private final class Incoming implements ReadListener {

        @Override
        public void onDataAvailable() {
            try {
                var bytes = new byte[READ_SIZE];
                while (!isGone() && input.isReady()) {
                    var length = input.read(bytes);
                    if (length < 0) {
                        onAllDataRead();
                        return;
                    }
                    listener.onRead(() -> reader.read(bytes, length));
                    flush();
                }
            } catch (IOException | RuntimeException e) {
                broken(e);
            }
        }

        @Override
        public void onAllDataRead() {
            end(CloseCodes.BROKEN, "connection lost");
        }

        @Override
        public void onError(Throwable cause) {
            broken(cause);
        }
    }

    private final class FromPeer implements FrameReader.Receiver {

        @Override
        public void text(String message) {
            tell(one -> one.onText(message));
        }

        @Override
        public void binary(byte[] message) {
            tell(one -> one.onBinary(message));
        }

        @Override
        public void ping(byte[] payload) {
            send(Frames.pong(payload));
        }

        @Override
        public boolean pong(byte[] payload) {
            var isOurs = new AtomicBoolean();
            tell(one -> isOurs.set(one.onPong(payload)));
            return isOurs.get();
        }

        @Override
        public void close(int code, String reason) {
            boolean isOver;
            synchronized (lock) {
                closeReceived = true;
                isOver = closeSent;
                if (!closing && !gone) {
                    // Nobody reads what still waits.
                    queue.clear();
                    queuedBytes = 0;
                    closeWith(new Ending(code, reason));
                }
            }
            if (isOver) {
                end(CloseCodes.NONE, "");
            }
            flush();
        }

        @Override
        public void mistake(int code, String reason) {
            LOG.log(DEBUG, () -> "a peer is closed with " + code + ": " + reason);
            WebSocketConnection.this.close(code, reason);
        }
    }

    /** Calls the listener, unless one side has closed. */
    private void tell(Consumer<WebSocketListener> what) {
        synchronized (lock) {
            if (closing || gone) {
                return;
            }
            calls++;
        }
        try {
            what.accept(listener);
        } catch (RuntimeException | Error e) {
            failed(e);
        } finally {
            synchronized (lock) {
                calls--;
            }
            tellGone();
        }
    }

    private void failed(Throwable cause) {
        boolean isFirst;
        synchronized (lock) {
            isFirst = !listenerFailed;
            listenerFailed = true;
        }
        if (isFirst) {
            LOG.log(ERROR, "a WebSocket is closed with 1011, for its listener failed", cause);
        }
        close(CloseCodes.INTERNAL_ERROR, "internal error");
    }

    private void broken(Throwable cause) {
        LOG.log(DEBUG, () -> "a connection broke: " + cause);
        end(CloseCodes.BROKEN, "connection lost");
    }

    private boolean isGone() {
        synchronized (lock) {
            return gone;
        }
    }

    /** Ends TCP; the code and the reason are for a connection that nobody has closed before. */
    private void end(int code, String reason) {
        end(code, reason, TcpConnection::close);
    }

    /** As {@link #end(int, String)}, for a peer that may not take what was written. */
    private void cut(String reason) {
        end(CloseCodes.BROKEN, reason, TcpConnection::cut);
    }

    private void end(int code, String reason, Consumer<TcpConnection> how) {
        TcpConnection ended;
        synchronized (lock) {
            if (gone) {
                return;
            }
            gone = true;
            queue.clear();
            queuedBytes = 0;
            if (ending == null) {
                ending = new Ending(code, reason);
            }
            ended = connection;
        }
        if (ended != null) {
            how.accept(ended);
        }
        tellGone();
    }

    /** Tells that the connection is gone when it is so and no call of the listener is under way. */
    private void tellGone() {
        Ending told;
        synchronized (lock) {
            if (!gone || goneTold || calls > 0 || ending == null) {
                return;
            }
            goneTold = true;
            told = ending;
        }
        try {
            listener.onClose(told.code(), told.reason());
        } catch (RuntimeException | Error e) {
            LOG.log(ERROR, "the listener of a WebSocket failed at its end", e);
        }
        letGo();
    }

    /**
     * Refers to nothing that was the connection's. Payara's threads keep requests for reuse, and each its last upgrade handler:
     * without this, the session of a client that is gone, and the half of a message that it sent.
     */
    private void letGo() {
        synchronized (lock) {
            listener = NOBODY;
            reader = new FrameReader(limits, System::nanoTime, new FromPeer());
            connection = null;
        }
    }
}
