package dev.herald.operate;

import static jakarta.servlet.http.HttpServletResponse.SC_BAD_REQUEST;
import static jakarta.servlet.http.HttpServletResponse.SC_NOT_FOUND;
import static jakarta.servlet.http.HttpServletResponse.SC_NO_CONTENT;
import static jakarta.servlet.http.HttpServletResponse.SC_OK;
import static jakarta.servlet.http.HttpServletResponse.SC_SERVICE_UNAVAILABLE;
import static java.lang.System.Logger.Level.TRACE;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.herald.json.JsonReading;
import jakarta.inject.Inject;
import jakarta.json.JsonException;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What the monitor's page asks for. {@code GET /monitor/live} is a stream of Server-Sent Events, each a {@link Snapshot}, or
 * {@code again} when the browser shall come again: {@link OperatorFilter} says who may, so it asks anew at least once in {@link
 * Watcher#CHECKED_AFTER}, and when the HTTP session has ended. {@code HEAD} says by its status whether a stream would begin, as an
 * {@code EventSource} does not tell. {@code POST /monitor/disconnect} with {@code {id}} ends a connection; its body is JSON by name,
 * so that no form of another site can send it.
 */
@SuppressWarnings("serial") // never serialised
public class MonitorServlet extends HttpServlet {

    private static final System.Logger LOG = System.getLogger(MonitorServlet.class.getName());

    /** When a browser that finds no room may come again, in seconds. */
    private static final int RETRY_AFTER = 10;

    private static final int MAX_BODY = 1_000;

    @Inject
    transient Figures figures;

    @Inject
    transient Watchers watchers;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (!"/monitor/live".equals(request.getServletPath())) {
            response.sendError(SC_NOT_FOUND);
            return;
        }
        response.setHeader("Cache-Control", "no-store, no-transform");
        response.setHeader("X-Content-Type-Options", "nosniff");
        if (request.getMethod().equals("HEAD")) {
            answerHead(response);
            return;
        }
        response.setContentType("text/event-stream;charset=UTF-8");
        // For nginx, which would hold it back.
        response.setHeader("X-Accel-Buffering", "no");
        var session = request.getSession(false);
        if (!watchers.enter(request, () -> isOver(session))) {
            refuse(response);
            response.getWriter()
                    .print(Watchers.MAX_WATCHERS + " browsers look at the monitor, which is as many as may.\n");
        }
    }

    private void answerHead(HttpServletResponse response) {
        if (watchers.hasRoom()) {
            response.setStatus(SC_OK);
        } else {
            refuse(response);
        }
    }

    private static void refuse(HttpServletResponse response) {
        response.setStatus(SC_SERVICE_UNAVAILABLE);
        response.setHeader("Retry-After", Integer.toString(RETRY_AFTER));
        response.setContentType("text/plain;charset=UTF-8");
    }

    /** Whether the container has ended a session. Where there is none, it is asked by the next request. */
    private static boolean isOver(@Nullable HttpSession session) {
        try {
            return session != null && session.getCreationTime() < 0;
        } catch (IllegalStateException e) {
            LOG.log(TRACE, "the HTTP session of who looks at the monitor is over", e);
            return true;
        }
    }

    @Override
    protected void doHead(HttpServletRequest request, HttpServletResponse response) throws IOException {
        doGet(request, response);
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        var type = request.getContentType();
        if (!"/monitor/disconnect".equals(request.getServletPath())) {
            response.sendError(SC_NOT_FOUND);
        } else if (type == null || !type.startsWith("application/json") || request.getContentLength() > MAX_BODY) {
            response.sendError(SC_BAD_REQUEST);
        } else {
            var id = idIn(new String(request.getInputStream().readNBytes(MAX_BODY), UTF_8));
            response.setStatus(id.isEmpty() ? SC_BAD_REQUEST : figures.disconnect(id) ? SC_NO_CONTENT : SC_NOT_FOUND);
        }
    }

    /** Empty when there is none. */
    private static String idIn(String json) {
        try {
            return JsonReading.read(json) instanceof JsonObject object && object.get("id") instanceof JsonString id
                    ? id.getString()
                    : "";
        } catch (JsonException | IllegalStateException e) {
            return "";
        }
    }
}
