package dev.herald.nonblocking;

import static java.lang.System.Logger.Level.DEBUG;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.herald.concurrent.SerialLoop;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads the body of one request, up to a length. Nearly all bodies have arrived with the headers; the request's own thread takes
 * these. A body that is still arriving is read as it comes, and holds no thread meanwhile (Jakarta Servlet 5.0, 3.7 "Non
 * Blocking IO").
 *
 * <p>The request's thread calls {@link #begin}, the container's threads the read listener, any thread {@code giveUp}. One of
 * them at a time reads; the others note that there is work and return. Who calls holds no lock.
 */
public final class BodyReader implements ReadListener, SlowBodies.Body {

    private static final System.Logger LOG = System.getLogger(BodyReader.class.getName());

    /** When a body is too long, so many times the allowed length is still read, so that the client can read the error. */
    private static final int READ_BEYOND_LIMIT = 4;

    private static final int BUFFER = 8 * 1024;

    private final HttpServletRequest request;
    private final SlowBodies slowBodies;
    private final Consumer<End> late;
    private final ServletInputStream input;
    private final int maxBytes;
    /** The body's length in bytes; negative when the client does not give it. */
    private final long length;

    private final SerialLoop reading = new SerialLoop();

    private final AtomicBoolean ended = new AtomicBoolean();

    // Only the thread that reads uses the body, and after the end the one that is told.
    private final ByteArrayOutputStream body;

    private volatile long received;
    private volatile boolean atEnd;
    /** How the request ended for a reason other than its body. */
    private volatile @Nullable End givenUp;

    /** How a body ends. */
    public enum End {
        /** All of it has come. */
        WHOLE(HttpServletResponse.SC_OK),
        /** It is longer than it may be. */
        TOO_LONG(HttpServletResponse.SC_REQUEST_ENTITY_TOO_LARGE),
        /** The client broke it off. */
        BROKEN_OFF(HttpServletResponse.SC_BAD_REQUEST),
        /** It came too slowly. */
        LATE(HttpServletResponse.SC_REQUEST_TIMEOUT),
        /** Too many bodies are on their way. */
        PUT_OFF(HttpServletResponse.SC_SERVICE_UNAVAILABLE);

        private final int status;

        End(int status) {
            this.status = status;
        }

        /** The status of the answer. */
        public int status() {
            return status;
        }

        /** Whether the client may still be sending. Then the connection cannot be used for another request. */
        public boolean isUnread() {
            return this == LATE || this == PUT_OFF;
        }
    }

    /**
     * A reader that has read nothing.
     *
     * @param maxBytes of the body
     * @param slowBodies counts the body while it is on its way
     * @param late told how a body ends that had to be waited for: once, by any thread, which must not wait there
     */
    public BodyReader(HttpServletRequest request, int maxBytes, SlowBodies slowBodies, Consumer<End> late)
            throws IOException {
        this.request = request;
        this.maxBytes = maxBytes;
        this.slowBodies = slowBodies;
        this.late = late;
        this.length = request.getContentLengthLong();
        this.input = request.getInputStream();
        this.body = new ByteArrayOutputStream((int) Math.min(Math.max(length, 32), BUFFER));
    }

    /**
     * Takes the body if it has arrived; otherwise waits for it without holding a thread.
     *
     * @param startAsync called if it has to be waited for; the caller completes what it starts
     * @return how the body ended; empty when that is told later. When this throws, it has been told already
     */
    public Optional<End> begin(Supplier<AsyncContext> startAsync) {
        try {
            var atOnce = readAtOnce();
            if (atOnce.isEmpty()) {
                await(startAsync);
            }
            return atOnce;
        } catch (RuntimeException | Error e) {
            end(End.BROKEN_OFF);
            throw e;
        }
    }

    /** The body, once it is whole. */
    public byte[] bytes() {
        return body.toByteArray();
    }

    /** The body as text in UTF-8, once it is whole; bytes that are none are replaced. */
    public String text() {
        return body.toString(UTF_8);
    }

    /** How the body ended, unless it has to be waited for. */
    private Optional<End> readAtOnce() {
        try {
            while (!isWhole() && isThere() && read() >= 0) {
                // There is more.
            }
            return isWhole() || atEnd ? Optional.of(whole()) : Optional.empty();
        } catch (IOException e) {
            return Optional.of(brokenOff(e));
        }
    }

    /**
     * Whether the rest of the body can be read without waiting. Some containers report the end of a body too early, so the
     * length counts if the client has given it.
     */
    private boolean isThere() throws IOException {
        return input.available() > 0 || (length < 0 && input.isFinished());
    }

    private void await(Supplier<AsyncContext> startAsync) {
        startAsync.get().addListener(new AbortListener(cause -> end(brokenOff(cause))));
        input.setReadListener(this);
        slowBodies.add(this, request.getRemoteAddr(), System.nanoTime());
        if (ended.get()) {
            slowBodies.remove(this);
        }
    }

    // What the container and the clock call.

    @Override
    public void onDataAvailable() {
        reading.run(this::readWhatIsThere);
    }

    @Override
    public void onAllDataRead() {
        atEnd = true;
        reading.run(this::readWhatIsThere);
    }

    @Override
    public void onError(Throwable e) {
        end(brokenOff(e));
    }

    @Override
    public long received() {
        return received;
    }

    @Override
    public void giveUpLate() {
        givenUp = End.LATE;
        reading.run(this::readWhatIsThere);
    }

    @Override
    public void giveUpPlace() {
        givenUp = End.PUT_OFF;
        reading.run(this::readWhatIsThere);
    }

    private void readWhatIsThere() {
        try {
            while (givenUp == null && !ended.get() && !isWhole() && input.isReady() && read() >= 0) {
                // There is more.
            }
            var early = givenUp;
            if (early != null) {
                end(early);
            } else if (isWhole() || atEnd) {
                end(whole());
            }
        } catch (IOException e) {
            end(brokenOff(e));
        }
    }

    /** Reads what has arrived, without waiting. Returns the number of bytes, or -1 at the end. */
    private int read() throws IOException {
        var buffer = new byte[(int) (length < 0 ? BUFFER : Math.max(1, Math.min(BUFFER, length - received)))];
        var count = input.read(buffer);
        if (count < 0) {
            atEnd = true;
        } else {
            var total = received + count;
            received = total;
            if (total <= maxBytes) {
                body.write(buffer, 0, count);
            }
        }
        return count;
    }

    private boolean isWhole() {
        return (length < 0 ? atEnd : received >= length) || received > readAtMost();
    }

    private long readAtMost() {
        return (1L + READ_BEYOND_LIMIT) * maxBytes;
    }

    private End whole() {
        if (received > maxBytes) {
            return End.TOO_LONG;
        }
        return received < length ? End.BROKEN_OFF : End.WHOLE;
    }

    private End brokenOff(@Nullable Throwable e) {
        LOG.log(DEBUG, () -> "a client broke off its request: " + e);
        return received > maxBytes ? End.TOO_LONG : End.BROKEN_OFF;
    }

    /** Ends a body that had to be waited for. Happens once. */
    private void end(End how) {
        if (ended.compareAndSet(false, true)) {
            slowBodies.remove(this);
            late.accept(how);
        }
    }
}
