package dev.herald.operate;

import static java.lang.System.Logger.Level.DEBUG;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.herald.nonblocking.AbortListener;
import dev.herald.nonblocking.FrameWriter;
import dev.herald.nonblocking.GrizzlyConnection;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A browser that looks at the monitor: a stream of Server-Sent Events, written without blocking. While one snapshot waits for it, it
 * gets no other, so it never has more than one in memory; who takes none for {@link #WRITE_TIMEOUT} is cut off.
 *
 * <p>The request's thread begins it; one thread at a time calls {@link #isOpenAfter}, holding no lock; any thread ends it.
 */
final class Watcher implements FrameWriter.Listener {

    private static final System.Logger LOG = System.getLogger(Watcher.class.getName());

    /** How long a browser may take nothing while something waits for it. */
    static final Duration WRITE_TIMEOUT = Duration.ofSeconds(10);

    /** How long a stream lasts. Then the browser comes again, and is asked again who it is and what it may. */
    static final Duration CHECKED_AFTER = Duration.ofMinutes(1);

    /** How long the last words may take. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    /** How much a server may keep for a browser that does not take it, where it can be told, in bytes. */
    private static final int MAX_BUFFERED = 64 * 1024;

    /** How long a browser waits before it comes back after a broken connection, in milliseconds. */
    private static final byte[] BEGIN = "retry: 2000\n\n".getBytes(UTF_8);

    /** Come again at once: the browser may be asked who it is. */
    private static final byte[] AGAIN = "event: again\ndata: 1\n\n".getBytes(UTF_8);

    private final FrameWriter writer = new FrameWriter(this);
    private final AtomicBoolean isClosed = new AtomicBoolean();
    private final Optional<GrizzlyConnection> tcp;
    private final AsyncContext context;
    private final BooleanSupplier isSignedOut;
    private final Consumer<Watcher> over;
    private final long since;

    private volatile boolean isCut;

    // Only for the thread that asks whether it is open.
    private byte @Nullable [] last;
    private boolean isEnding;

    /**
     * A stream that has not begun.
     *
     * @param request lets the container wait from now on
     * @param isSignedOut whether who looks has gone since
     * @param over told once that the stream is at its end: then the request is to be {@linkplain #complete completed}
     * @param now of {@link System#nanoTime}
     */
    Watcher(ServletRequest request, BooleanSupplier isSignedOut, Consumer<Watcher> over, long now) {
        this.tcp = GrizzlyConnection.below(request);
        this.isSignedOut = isSignedOut;
        this.over = over;
        this.since = now;
        this.context = request.startAsync();
        context.setTimeout(0);
        context.addListener(new AbortListener(cause -> end()));
    }

    /** Begins to write. */
    void begin() throws IOException {
        tcp.ifPresent(one -> one.boundOutput(MAX_BUFFERED));
        writer.add(BEGIN);
        writer.begin(context.getResponse().getOutputStream());
        writer.flush();
    }

    /** Checks what is due, and gives it this snapshot if it has not had it and takes one; false when the stream is over. */
    boolean isOpenAfter(byte @Nullable [] snapshot, long now) {
        if (isClosed.get()) {
            return false;
        }
        if (writer.isOverdue(now, WRITE_TIMEOUT, CLOSE_TIMEOUT)) {
            LOG.log(DEBUG, "a browser that looks at the monitor takes nothing, and is cut off");
            isCut = true;
            end();
            return false;
        }
        if (isEnding) {
            return true;
        }
        if (now - since >= CHECKED_AFTER.toNanos() || isSignedOut.getAsBoolean()) {
            isEnding = true;
            writer.close(AGAIN);
            writer.closeReceived();
        } else if (snapshot != null && snapshot != last && (last == null || writer.frames() == 0)) {
            last = snapshot;
            writer.add(snapshot);
            writer.flush();
        }
        return true;
    }

    @Override
    public void allHasLeft() {
        // The next snapshot comes when it is time.
    }

    @Override
    public void closedByBoth() {
        end();
    }

    @Override
    public void broken(Throwable cause) {
        LOG.log(DEBUG, () -> "the connection of who looks at the monitor broke: " + cause);
        end();
    }

    /** Ends at once; what waits is dropped. The first call counts. */
    void end() {
        if (isClosed.compareAndSet(false, true)) {
            writer.stop();
            over.accept(this);
        }
    }

    /** Completes the request. May wait for the browser. */
    void complete() {
        if (isCut) {
            tcp.ifPresent(GrizzlyConnection::cut);
        }
        try {
            context.complete();
        } catch (RuntimeException e) {
            LOG.log(DEBUG, () -> "the container had ended a look at the monitor before: " + e);
        }
    }
}
