package dev.herald.engine;

import static java.lang.System.Logger.Level.DEBUG;
import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A polling client's GET, which waits without holding a thread (Engine.IO 4, "HTTP long-polling"). What is there at once is
 * answered by the request's own thread; what comes later by one of the container's, for writing may wait for the client.
 */
final class Polling implements Poll {

    private static final System.Logger LOG = System.getLogger(Polling.class.getName());
    private static final String TEXT = "text/plain; charset=UTF-8";
    private static final Outgoing NOOP = Outgoing.of(new EnginePacket.Noop());
    private static final byte[] NOTHING = {};

    private final EngineSession session;
    private final Executor executor;
    private final AsyncContext context;
    private final AtomicBoolean answered = new AtomicBoolean();
    private final Thread requestThread = Thread.currentThread();
    private volatile boolean inRequest = true;

    Polling(EngineSession session, HttpServletRequest request, Executor executor) {
        this.session = session;
        this.executor = executor;
        this.context = request.startAsync();
        context.setTimeout(0);
        context.addListener(new Aborts());
    }

    /** Waits for packets. */
    void begin() {
        if (session.beginGet()) {
            session.poll(this);
        } else {
            refuse();
        }
        inRequest = false;
    }

    @Override
    public void answer(List<Outgoing> packets) {
        var payload =
                EngineCodec.joinPayload(packets.stream().map(Outgoing::payload).toList());
        respond(HttpServletResponse.SC_OK, TEXT, payload.getBytes(UTF_8), true);
    }

    @Override
    public void release() {
        respond(HttpServletResponse.SC_OK, TEXT, NOOP.payload().getBytes(UTF_8), false);
    }

    @Override
    public void refuse(EngineError error) {
        respond(error.status(), "application/json", error.json().getBytes(UTF_8), false);
    }

    @Override
    public void refuse() {
        respond(HttpServletResponse.SC_BAD_REQUEST, "", NOTHING, false);
    }

    /** @param precious whether the session ends if this is lost */
    private void respond(int status, String type, byte[] body, boolean precious) {
        if (!answered.compareAndSet(false, true)) {
            return;
        }
        if (inRequest && Thread.currentThread() == requestThread) {
            write(status, type, body, precious);
            return;
        }
        try {
            executor.execute(() -> write(status, type, body, precious));
        } catch (RejectedExecutionException e) {
            LOG.log(DEBUG, "the container gives no thread for an answer; it is written by this one", e);
            write(status, type, body, precious);
        }
    }

    private void write(int status, String type, byte[] body, boolean precious) {
        try {
            var response = (HttpServletResponse) context.getResponse();
            response.setStatus(status);
            response.setHeader("Cache-Control", "no-store");
            if (!type.isEmpty()) {
                response.setContentType(type);
            }
            response.setContentLength(body.length);
            response.getOutputStream().write(body);
        } catch (IOException | RuntimeException e) {
            LOG.log(DEBUG, () -> "the answer to a polling request was lost: " + e);
            if (precious) {
                session.pollLost();
            }
        } finally {
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

    /** Notices clients that go away from their GET, as far as the container does. */
    private final class Aborts implements AsyncListener {

        @Override
        public void onComplete(AsyncEvent event) {
            // Answered.
        }

        @Override
        public void onTimeout(AsyncEvent event) {
            // There is no time-out.
        }

        @Override
        public void onError(AsyncEvent event) {
            session.pollAborted(Polling.this);
        }

        @Override
        public void onStartAsync(AsyncEvent event) {
            // Started once.
        }
    }
}
