package dev.herald.engine;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;

import dev.herald.nonblocking.BodyReader;
import dev.herald.nonblocking.BodyReader.End;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A polling client's POST. The request's own thread takes and answers a body that has arrived with its headers; one of the
 * container's threads does so once a later one has come. None of them holds a lock.
 */
final class Posting {

    private static final System.Logger LOG = System.getLogger(Posting.class.getName());

    private final EngineSession session;
    private final HttpServletRequest request;
    private final HttpServletResponse response;
    private final BodyReader body;

    /** Set before there are other threads. */
    private volatile @Nullable AsyncContext context;

    /** Takes a POST that the session has allowed to begin. */
    Posting(EngineSession session, HttpServletRequest request, HttpServletResponse response) throws IOException {
        this.session = session;
        this.request = request;
        this.response = response;
        var server = session.server();
        this.body = new BodyReader(request, server.settings().maxPayload(), server.slowBodies(), this::end);
    }

    /** Takes the body if it has arrived; otherwise waits for it without holding a thread. */
    void begin() throws IOException {
        if (isBinary()) {
            refuseBinary();
            return;
        }
        var atOnce = body.begin(this::startAsync);
        if (atOnce.isPresent()) {
            finish(atOnce.get());
        }
    }

    /** Sent only by clients of an older protocol. */
    private boolean isBinary() {
        var type = request.getContentType();
        return type != null && type.toLowerCase(Locale.ROOT).startsWith("application/octet-stream");
    }

    private void refuseBinary() {
        try {
            session.violated();
        } finally {
            session.endPost();
        }
        response.setStatus(HttpServletResponse.SC_BAD_REQUEST);
    }

    private AsyncContext startAsync() {
        var started = request.startAsync();
        started.setTimeout(0);
        context = started;
        return started;
    }

    /** Ends a POST whose body came late, on a thread that may wait for the client and for listeners. */
    private void end(End how) {
        session.server().execute(() -> finishAndComplete(how));
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
                session.receivePayload(body.text());
            } else if (how == End.BROKEN_OFF || how == End.LATE) {
                session.violated();
            }
        } finally {
            // Done before the answer, because the client may send its next POST as soon as it has the answer.
            session.endPost();
        }
        answer(how);
    }

    private void answer(End how) throws IOException {
        response.setStatus(how.status());
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
