package dev.herald.engine;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.herald.concurrent.SerialLoop;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A polling client's POST. Nearly all bodies have arrived with the headers; the request's own thread takes and answers these. A
 * body that is still arriving is read as it comes, and holds no thread meanwhile (Jakarta Servlet 5.0, 3.7 "Non Blocking IO").
 *
 * <p>The request's thread calls {@link #begin}, the container's threads the read listener, any thread {@code giveUp}. One of
 * them at a time works on the request; the others note that there is work and return.
 */
final class Posting implements ReadListener, SlowBodies.Body {

    private static final System.Logger LOG = System.getLogger(Posting.class.getName());

    /** When a body is too long, so many times the allowed length is still read, so that the client can read the error. */
    private static final int READ_BEYOND_LIMIT = 4;

    private static final int BUFFER = 8 * 1024;

    private final EngineSession session;
    private final HttpServletRequest request;
    private final HttpServletResponse response;
    private final SlowBodies slowBodies;
    private final ServletInputStream input;
    private final int maxPayload;
    /** The body's length in bytes; negative when the client does not give it. */
    private final long length;

    private final SerialLoop reading = new SerialLoop();

    private final AtomicBoolean ended = new AtomicBoolean();

    // Only the thread that works on the request uses the body. The context is set before there are others.
    private final ByteArrayOutputStream body;
    private volatile @Nullable AsyncContext context;

    private volatile long received;
    private volatile boolean atEnd;
    /** How the request ended for a reason other than its body. */
    private volatile @Nullable End givenUp;

    /** How a POST ends. */
    private enum End {
        WHOLE(HttpServletResponse.SC_OK),
        TOO_LONG(HttpServletResponse.SC_REQUEST_ENTITY_TOO_LARGE),
        /** Sent only by clients of an older protocol. */
        BINARY(HttpServletResponse.SC_BAD_REQUEST),
        BROKEN_OFF(HttpServletResponse.SC_BAD_REQUEST),
        LATE(HttpServletResponse.SC_REQUEST_TIMEOUT),
        PUT_OFF(HttpServletResponse.SC_SERVICE_UNAVAILABLE);

        private final int status;

        End(int status) {
            this.status = status;
        }

        /** Whether the client may still be sending. Then the connection cannot be used for another request. */
        boolean isUnread() {
            return this == LATE || this == PUT_OFF;
        }

        boolean endsSession() {
            return this == BINARY || this == BROKEN_OFF || this == LATE;
        }
    }

    /** Takes a POST that the session has allowed to begin. */
    Posting(EngineSession session, HttpServletRequest request, HttpServletResponse response) throws IOException {
        this.session = session;
        this.request = request;
        this.response = response;
        this.slowBodies = session.server().slowBodies();
        this.maxPayload = session.server().settings().maxPayload();
        this.length = request.getContentLengthLong();
        this.input = request.getInputStream();
        this.body = new ByteArrayOutputStream((int) Math.min(Math.max(length, 32), BUFFER));
    }

    /** Takes the body if it has arrived; otherwise waits for it without holding a thread. */
    void begin() throws IOException {
        var atOnce = Optional.of(End.BROKEN_OFF);
        try {
            atOnce = isBinary() ? Optional.of(End.BINARY) : readAtOnce();
            if (atOnce.isEmpty()) {
                await();
            }
        } finally {
            if (atOnce.isPresent()) {
                finish(atOnce.get());
            }
        }
    }

    /** How the POST ends, unless it has to be waited for. */
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

    private boolean isBinary() {
        var type = request.getContentType();
        return type != null && type.toLowerCase(Locale.ROOT).startsWith("application/octet-stream");
    }

    private void await() {
        try {
            var started = request.startAsync();
            started.setTimeout(0);
            started.addListener(new AbortListener(cause -> end(brokenOff(cause))));
            context = started;
            input.setReadListener(this);
            slowBodies.add(this, request.getRemoteAddr(), System.nanoTime());
            if (ended.get()) {
                slowBodies.remove(this);
            }
        } catch (RuntimeException | Error e) {
            end(End.BROKEN_OFF);
            throw e;
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
            if (total <= maxPayload) {
                body.write(buffer, 0, count);
            }
        }
        return count;
    }

    private boolean isWhole() {
        return (length < 0 ? atEnd : received >= length) || received > readAtMost();
    }

    private long readAtMost() {
        return (1L + READ_BEYOND_LIMIT) * maxPayload;
    }

    private End whole() {
        if (received > maxPayload) {
            return End.TOO_LONG;
        }
        return received < length ? End.BROKEN_OFF : End.WHOLE;
    }

    private End brokenOff(Throwable e) {
        LOG.log(DEBUG, () -> "a polling client broke off its request: " + e);
        return received > maxPayload ? End.TOO_LONG : End.BROKEN_OFF;
    }

    /** Ends a POST whose body came late. Happens once, on a thread that may wait for the client and for listeners. */
    private void end(End how) {
        if (ended.compareAndSet(false, true)) {
            slowBodies.remove(this);
            session.server().execute(() -> finishAndComplete(how));
        }
    }

    private void finishAndComplete(End how) {
        try {
            finish(how);
        } catch (IOException e) {
            LOG.log(DEBUG, () -> "the answer to a POST was lost: " + e);
        } catch (RuntimeException | Error e) {
            LOG.log(
                    ERROR,
                    "a POST of session " + session.logName() + " could not be taken; its client connects again",
                    e);
            session.violated();
        } finally {
            complete();
        }
    }

    private void finish(End how) throws IOException {
        try {
            if (how == End.WHOLE) {
                session.receivePayload(body.toString(UTF_8));
            } else if (how.endsSession()) {
                session.violated();
            }
        } finally {
            // Done before the answer, because the client may send its next POST as soon as it has the answer.
            session.endPost();
        }
        answer(how);
    }

    private void answer(End how) throws IOException {
        response.setStatus(how.status);
        if (how == End.WHOLE) {
            EngineServlet.write(response, "text/html", "ok");
        } else if (how.isUnread()) {
            response.setHeader("Connection", "close");
        }
        if (how == End.PUT_OFF) {
            EngineServlet.askToComeBackLater(response);
        }
    }

    private void complete() {
        var started = context;
        if (started == null) {
            return;
        }
        try {
            started.complete();
        } catch (IllegalStateException e) {
            LOG.log(DEBUG, () -> "the container had ended a POST before: " + e);
        }
    }
}
