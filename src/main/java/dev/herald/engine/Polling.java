package dev.herald.engine;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.herald.nonblocking.AbortListener;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A polling client's GET, which waits without holding a thread (Engine.IO 4, "HTTP long-polling"). If packets wait already, the
 * request's own thread answers; otherwise one of the container's threads does later, because writing may wait for the client.
 */
final class Polling implements Poll {

    private static final System.Logger LOG = System.getLogger(Polling.class.getName());
    private static final String TEXT = "text/plain; charset=UTF-8";
    private static final Pattern SECONDS = Pattern.compile("\\d{0,10}");
    private static final Outgoing NOOP = Outgoing.of(new EnginePacket.Noop());
    private static final Answer GONE = new Answer(0, "", "", false);

    private final EngineSession session;
    private final AsyncContext context;
    private final @Nullable String mark;
    private final int compressedFrom;
    private final List<String> acceptEncoding;
    /** The answer, once it is known; {@link #GONE} when the client went away first. */
    private final AtomicReference<@Nullable Answer> answer = new AtomicReference<>();

    private final AtomicBoolean ended = new AtomicBoolean();
    private final Thread requestThread = Thread.currentThread();
    private volatile boolean inRequest = true;

    /** @param precious whether the session must end if this answer is lost */
    private record Answer(int status, String type, String text, boolean precious) {}

    Polling(EngineSession session, HttpServletRequest request) {
        this.session = session;
        this.compressedFrom = session.server().settings().httpCompression();
        this.acceptEncoding = compressedFrom > 0 ? Collections.list(request.getHeaders("Accept-Encoding")) : List.of();
        this.mark = uniqueMark(EngineServlet.parameter(request, "t"));
        this.context = request.startAsync();
        context.setTimeout(0);
        context.addListener(new AbortListener(cause -> abort()));
    }

    /**
     * Clients put a new {@code t} into each request, so that no cache answers. A {@code t} that counts seconds is not new each
     * time.
     */
    private static @Nullable String uniqueMark(@Nullable String t) {
        return t == null || SECONDS.matcher(t).matches() ? null : t;
    }

    @Override
    public @Nullable String mark() {
        return mark;
    }

    @Override
    public boolean hasWaited() {
        return !inRequest;
    }

    /** Waits for packets. */
    void begin() {
        try {
            if (session.beginGet()) {
                session.poll(this);
            } else {
                refuse();
            }
        } finally {
            inRequest = false;
        }
    }

    @Override
    public void answer(List<Outgoing> packets) {
        try {
            var payload = EngineCodec.joinPayload(
                    packets.stream().map(Outgoing::payload).toList());
            respond(new Answer(HttpServletResponse.SC_OK, TEXT, payload, true));
        } catch (RuntimeException | Error e) {
            LOG.log(ERROR, "packets could not be encoded; the session ends, and its client connects again", e);
            session.pollLost();
            respond(new Answer(HttpServletResponse.SC_INTERNAL_SERVER_ERROR, "", "", false));
        }
    }

    @Override
    public void release() {
        respond(new Answer(HttpServletResponse.SC_OK, TEXT, NOOP.payload(), false));
    }

    @Override
    public void refuse(EngineError error) {
        respond(new Answer(error.status(), "application/json", error.json(), false));
    }

    @Override
    public void refuse() {
        respond(new Answer(HttpServletResponse.SC_BAD_REQUEST, "", "", false));
    }

    private void respond(Answer last) {
        if (!answer.compareAndSet(null, last)) {
            // Only one answer is possible, so the client must have gone away.
            lose(last);
            return;
        }
        if (inRequest && Thread.currentThread() == requestThread) {
            write(last);
            return;
        }
        session.server().execute(() -> write(last));
    }

    private void write(Answer last) {
        if (ended.get()) {
            // The container may already use the response for another request.
            return;
        }
        try {
            var response = (HttpServletResponse) context.getResponse();
            response.setStatus(last.status());
            response.setHeader("Cache-Control", "no-store");
            if (!last.type().isEmpty()) {
                response.setContentType(last.type());
            }
            var body = last.text().getBytes(UTF_8);
            if (compressedFrom > 0 && body.length >= compressedFrom) {
                response.addHeader("Vary", "Accept-Encoding");
                if (Gzip.isAccepted(acceptEncoding)) {
                    response.setHeader("Content-Encoding", Gzip.NAME);
                    body = Gzip.compress(body);
                }
            }
            response.setContentLength(body.length);
            response.getOutputStream().write(body);
        } catch (IOException | RuntimeException | Error e) {
            LOG.log(DEBUG, () -> "the answer to a polling request was lost: " + e);
            lose(last);
        } finally {
            end();
        }
    }

    private void lose(Answer lost) {
        if (lost.precious()) {
            session.pollLost();
        }
    }

    /** The client has gone away. Ends the session if the GET was waiting, or if its answer was not written yet and is lost. */
    private void abort() {
        if (answer.compareAndSet(null, GONE)) {
            session.pollAborted(this);
        } else if (!ended.get()) {
            lose(Objects.requireNonNull(answer.get()));
        }
        end();
    }

    /** Happens once: by the thread that has written, or by the one that notices that the client is gone. */
    private void end() {
        if (ended.compareAndSet(false, true)) {
            session.endGet();
            complete();
        }
    }

    private void complete() {
        try {
            context.complete();
        } catch (IllegalStateException e) {
            LOG.log(DEBUG, () -> "the container had ended a polling request before: " + e);
        }
    }
}
