package dev.herald.nonblocking;

import static java.lang.System.Logger.Level.DEBUG;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Writes the frames of one connection without blocking: of a WebSocket, or of an answer that goes on. Frames wait in a queue until somebody flushes. If the socket is free, the
 * thread that flushes writes all that waits. If another thread is writing, that thread writes it too. If the socket is full, the
 * container's thread goes on when it is free again.
 *
 * <p>One thread at a time writes: the one that set {@code writing}, until it gives the output back. Writing does not hold the
 * lock, so that other threads can queue frames meanwhile.
 *
 * <p>Thread-safe: called by the container's threads, by whoever sends, and by whoever has the clock; {@link #add},
 * {@link #frames} and {@link #bytes} call nobody and may be called under any lock, everything else under none.
 */
public final class FrameWriter implements WriteListener {

    private static final System.Logger LOG = System.getLogger(FrameWriter.class.getName());

    /** What is joined in one write at most, unless one frame is larger: a slow peer shall show progress. In bytes. */
    private static final int MAX_JOINED = 65_536;

    private final Listener listener;

    // Set by begin, before the container is asked for the first write.
    @SuppressWarnings("NullAway.Init")
    private ServletOutputStream stream;

    // Guarded by this object's monitor, under which nobody is called.
    private final Queue<byte[]> queue = new ArrayDeque<>(2);
    private long queuedBytes;
    /** The container has said that it takes data, and has not been found full since. */
    private boolean ready;
    /** A thread has claimed the output. */
    private boolean writing;
    /** The container's call came while a thread had claimed the output. */
    private boolean signalled;
    /** The last frame (of a WebSocket: our close frame) is in the queue, or was; no frame may follow it. */
    private boolean closing;

    private boolean closeSent;
    private boolean closeReceived;
    /** The connection is gone; nothing is written any more. */
    private boolean stopped;

    /** Counts what the peer, or the container, took. */
    private long progress;

    private @Nullable Since waiting;
    private @Nullable Since closingSince;

    // Only for the thread that has claimed the output.
    private boolean flushIsDue;
    private boolean wrote;

    /** Is told what becomes of the output, on the thread that finds out, under no lock. */
    public interface Listener {

        /**
         * Everything that was added has left, to the container at least. Told to the thread that has claimed the output: what is
         * added meanwhile is written when this returns.
         */
        void allHasLeft();

        /** Our close frame has left, and the peer's has come. */
        void closedByBoth();

        /** A write has failed; nobody writes any more. */
        void broken(Throwable cause);
    }

    /** When the clock first saw the output wait, with the progress until then. */
    private record Since(long nanoTime, long progress) {}

    /** Nothing is written yet. */
    public FrameWriter(Listener listener) {
        this.listener = listener;
    }

    /** Begins to write as soon as the container takes data. */
    public void begin(ServletOutputStream output) {
        stream = output;
        output.setWriteListener(this);
    }

    /** Queues a frame, which nobody may change any more; ignored after the close frame and when the connection is gone. */
    public synchronized void add(byte[] frame) {
        if (!closing && !stopped) {
            enqueue(frame);
        }
    }

    /** Queues the close frame behind what waits; the first one counts. */
    public synchronized void close(byte[] frame) {
        if (!closing && !stopped) {
            closing = true;
            enqueue(frame);
        }
    }

    /** Queues the close frame in place of what waits, which a peer that has closed does not read. */
    public synchronized void closeAtOnce(byte[] frame) {
        if (!closing) {
            drop();
            close(frame);
        }
    }

    private void enqueue(byte[] frame) {
        queue.add(frame);
        queuedBytes += frame.length;
    }

    /** How many frames wait. */
    public synchronized int frames() {
        return queue.size();
    }

    /** How many bytes the frames have that wait. */
    public synchronized long bytes() {
        return queuedBytes;
    }

    /** The peer's close frame has come. */
    public void closeReceived() {
        boolean isOver;
        synchronized (this) {
            closeReceived = true;
            isOver = closeSent;
        }
        if (isOver) {
            listener.closedByBoth();
        }
        flush();
    }

    /** Drops what waits, and writes nothing any more. */
    public synchronized void stop() {
        stopped = true;
        drop();
    }

    private void drop() {
        queue.clear();
        queuedBytes = 0;
    }

    /**
     * Whether the peer has taken no data for {@code writeTimeout} while something waits, or has not answered a close for
     * {@code closeTimeout}; both are counted from the first call that sees it so.
     */
    public boolean isOverdue(long nanoTime, Duration writeTimeout, Duration closeTimeout) {
        boolean isStuck;
        boolean isUnanswered;
        synchronized (this) {
            if (ready && queue.isEmpty()) {
                waiting = null;
            } else if (waiting == null || waiting.progress() != progress) {
                waiting = new Since(nanoTime, progress);
            }
            if (closing && closingSince == null) {
                closingSince = new Since(nanoTime, progress);
            }
            isStuck = isOver(waiting, nanoTime, writeTimeout.toNanos());
            isUnanswered = isOver(closingSince, nanoTime, closeTimeout.toNanos());
        }
        if (isStuck || isUnanswered) {
            LOG.log(DEBUG, isStuck ? "a peer takes no data" : "a peer does not answer a close");
        }
        return isStuck || isUnanswered;
    }

    private static boolean isOver(@Nullable Since since, long nanoTime, long timeout) {
        return since != null && nanoTime - since.nanoTime() > timeout;
    }

    /** Writes all that waits, on this thread, if the socket is free and nobody else is writing. */
    public void flush() {
        synchronized (this) {
            if (writing || !ready || stopped || queue.isEmpty()) {
                return;
            }
            writing = true;
        }
        drain();
    }

    /** The container takes data, for the first time or again. */
    @Override
    public void onWritePossible() {
        synchronized (this) {
            progress++;
            signalled = true;
            ready = true;
            if (writing || stopped) {
                return;
            }
            writing = true;
        }
        drain();
    }

    @Override
    public void onError(Throwable cause) {
        listener.broken(cause);
    }

    /** Writes until nothing waits or the socket is full. Only for the thread that has claimed the output, which it gives back. */
    private void drain() {
        try {
            while (flushIsDue || hasMore()) {
                if (!isReady()) {
                    return;
                }
                if (flushIsDue) {
                    stream.flush();
                    flushIsDue = false;
                } else {
                    stream.write(take());
                    flushIsDue = true;
                    wrote = true;
                }
            }
        } catch (IOException | RuntimeException | Error e) {
            // The output is not given back: nobody may write to it any more.
            listener.broken(e);
            if (e instanceof Error error) {
                throw error;
            }
        }
    }

    /** Asks the container. When it is full, gives the output back: the container calls when it is not full any more. */
    private boolean isReady() {
        while (true) {
            synchronized (this) {
                if (stopped) {
                    return false;
                }
                signalled = false;
            }
            if (stream.isReady()) {
                return true;
            }
            synchronized (this) {
                // The container may have called already, on another thread.
                if (!signalled) {
                    ready = false;
                    writing = false;
                    return false;
                }
            }
        }
    }

    /** Takes what waits, which is something, as one array. */
    private synchronized byte[] take() {
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
            synchronized (this) {
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
                listener.closedByBoth();
                return false;
            }
            // The output stays claimed: this loop writes what is sent meanwhile, without recursion.
            listener.allHasLeft();
        }
    }
}
