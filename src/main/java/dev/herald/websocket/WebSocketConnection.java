package dev.herald.websocket;

import static java.lang.System.Logger.Level.DEBUG;

import dev.herald.concurrent.SerialLoop;
import dev.herald.nonblocking.FrameWriter;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpUpgradeHandler;
import jakarta.servlet.http.WebConnection;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of one WebSocket (RFC 6455), read and written without blocking. It hears the peer and ends the connection;
 * {@link FrameWriter} writes, and {@link ListenerCalls} tells the listener.
 *
 * <p>What is sent waits until somebody flushes. It has no clock: whoever has one calls {@link #tick}.
 *
 * <p>Thread-safe: called by the container's threads, by whoever sends, and by whoever has the clock; {@link #send},
 * {@link #pendingFrames} and {@link #pendingBytes} call nobody and may be called under any lock, everything else may call the
 * listener and is called under none.
 */
public final class WebSocketConnection implements HttpUpgradeHandler {

    private static final System.Logger LOG = System.getLogger(WebSocketConnection.class.getName());

    private static final int READ_SIZE = 8_192;

    private final ListenerCalls listener = new ListenerCalls(() -> close(CloseCodes.INTERNAL_ERROR, "internal error"));
    private final FrameWriter output = new FrameWriter(new FromOutput());
    private final Incoming incoming = new Incoming();
    private final SerialLoop reading = new SerialLoop();
    /** The peer has to wait. */
    private volatile boolean held;
    /** Whoever takes it ends it. */
    private final AtomicReference<@Nullable TcpConnection> tcp = new AtomicReference<>();

    // Set by start, before init, and by init, before anything is read or written.
    @SuppressWarnings("NullAway.Init")
    private WebSocketLimits limits;

    @SuppressWarnings("NullAway.Init")
    private FrameReader reader;

    @SuppressWarnings("NullAway.Init")
    private ServletInputStream input;

    /** For the container. */
    public WebSocketConnection() {}

    /** Gives it what it needs; before the container calls {@link #init}, which it does after the servlet has returned. */
    void start(WebSocketLimits limits, WebSocketListener newListener) {
        this.limits = limits;
        this.reader = newReader();
        // Last: the lock that this takes makes the lines above visible to other threads.
        listener.begin(newListener);
    }

    private FrameReader newReader() {
        return new FrameReader(limits, System::nanoTime, new FromPeer());
    }

    @Override
    public void init(WebConnection opened) {
        tcp.set(TcpConnection.below(opened));
        if (listener.isGone()) {
            endTcp(TcpConnection::close);
            return;
        }
        try {
            input = opened.getInputStream();
            var stream = opened.getOutputStream();
            listener.tell(one -> one.onOpen(this));
            if (!listener.isGone()) {
                input.setReadListener(incoming);
                output.begin(stream);
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
        output.add(frame);
    }

    /** Writes what waits in one write, on this thread, if the socket is free; otherwise whoever holds it up goes on. */
    public void flush() {
        output.flush();
    }

    /** How many frames wait. */
    public int pendingFrames() {
        return output.frames();
    }

    /** How many bytes the frames have that wait. */
    public long pendingBytes() {
        return output.bytes();
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
        var frame = Frames.close(code, reason);
        if (listener.close(code, reason)) {
            output.close(frame);
            output.flush();
        }
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
        if (listener.isGone()) {
            return false;
        }
        if (output.isOverdue(nanoTime, limits.writeTimeout(), limits.closeTimeout())) {
            cut("write timeout");
            return false;
        }
        return true;
    }

    /** Reads no more, so that the peer has to wait, until {@link #goOnReading}; what has been read is still told. Any thread. */
    public void holdReading() {
        held = true;
    }

    /** Reads on, on this thread if the container has data. Any thread. */
    public void goOnReading() {
        held = false;
        reading.run(incoming);
    }

    private final class Incoming implements ReadListener, Runnable {

        @Override
        public void onDataAvailable() {
            reading.run(incoming);
        }

        @Override
        public void run() {
            // As it is before the end, which replaces it.
            var frames = reader;
            try {
                var bytes = new byte[READ_SIZE];
                while (!held && !listener.isGone() && input.isReady()) {
                    var length = input.read(bytes);
                    if (length < 0) {
                        onAllDataRead();
                        return;
                    }
                    listener.tellMessages(() -> frames.read(bytes, length));
                    output.flush();
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
            listener.tell(one -> one.onText(message));
        }

        @Override
        public void binary(byte[] message) {
            listener.tell(one -> one.onBinary(message));
        }

        @Override
        public void ping(byte[] payload) {
            output.add(Frames.pong(payload));
        }

        @Override
        public boolean pong(byte[] payload) {
            var isOurs = new AtomicBoolean();
            listener.tell(one -> isOurs.set(one.onPong(payload)));
            return isOurs.get();
        }

        @Override
        public void close(int code, String reason) {
            var answer = Frames.close(code, reason);
            if (listener.close(code, reason)) {
                output.closeAtOnce(answer);
            }
            output.closeReceived();
        }

        @Override
        public void mistake(int code, String reason) {
            LOG.log(DEBUG, () -> "a peer is closed with " + code + ": " + reason);
            WebSocketConnection.this.close(code, reason);
        }
    }

    private final class FromOutput implements FrameWriter.Listener {

        @Override
        public void allHasLeft() {
            listener.tell(WebSocketListener::onWritable);
        }

        @Override
        public void closedByBoth() {
            end(CloseCodes.NONE, "");
        }

        @Override
        public void broken(Throwable cause) {
            WebSocketConnection.this.broken(cause);
        }
    }

    private void broken(Throwable cause) {
        LOG.log(DEBUG, () -> "a connection broke: " + cause);
        end(CloseCodes.BROKEN, "connection lost");
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
        if (listener.end(code, reason)) {
            output.stop();
            endTcp(how);
            listener.tellEnd();
            // Payara keeps requests for reuse, and with each its last upgrade handler, which is this: so it lets go of
            // an
            // unfinished message.
            reader = newReader();
        }
    }

    private void endTcp(Consumer<TcpConnection> how) {
        var ended = tcp.getAndSet(null);
        if (ended != null) {
            how.accept(ended);
        }
    }
}
