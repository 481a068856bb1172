package dev.herald.engine;

import static dev.herald.engine.EngineError.BAD_HANDSHAKE_METHOD;
import static dev.herald.engine.EngineError.BAD_REQUEST;
import static dev.herald.engine.EngineError.FORBIDDEN;
import static dev.herald.engine.EngineError.FULL;
import static dev.herald.engine.EngineError.UNKNOWN_SID;
import static dev.herald.engine.EngineError.UNKNOWN_TRANSPORT;
import static dev.herald.engine.EngineError.UNSUPPORTED_PROTOCOL_VERSION;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.herald.websocket.WebSocketHandshake;
import dev.herald.websocket.WebSocketLimits;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Serves Engine.IO 4 on one path, by polling and by WebSocket. Checks requests in the reference server's order, so that clients
 * and test suites get the errors they know.
 */
@SuppressWarnings("serial") // never serialised
public abstract class EngineServlet extends HttpServlet {

    private static final String PROTOCOL = "4";

    /** When a client that was turned away because the server is full may try again. */
    private static final String RETRY_AFTER_SECONDS = "10";

    private static final int MAX_FRAGMENTS = 1_024;
    private static final int MAX_CONTROL_FRAMES_PER_SECOND = 50;
    private static final Duration WRITE_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    /** The server that has the sessions. */
    protected abstract EngineServer server();

    /** Whether a client may begin a session; asked for handshakes only. */
    protected abstract boolean isAllowed(HttpServletRequest request);

    /**
     * Whether the client proves with each request that it is the request's principal. Then no other principal may use its
     * session. Otherwise the session's id, which is a secret, is enough.
     */
    protected boolean isProven(HttpServletRequest request) {
        return true;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        var webSocket = WebSocketHandshake.isRequested(request);
        var transport = parameter(request, "transport");
        var sid = parameter(request, "sid");
        if (transport == null || !server().settings().transports().contains(transport)) {
            refuse(response, UNKNOWN_TRANSPORT, webSocket);
        } else if (sid == null && !request.getMethod().equals("GET")) {
            refuse(response, BAD_HANDSHAKE_METHOD, webSocket);
        } else if (webSocket != transport.equals(EngineSettings.WEBSOCKET)) {
            refuse(response, sid == null || isKnown(sid) ? BAD_REQUEST : UNKNOWN_SID, webSocket);
        } else if (sid != null) {
            goOn(request, response, sid, transport);
        } else {
            begin(request, response, transport);
        }
    }

    /** Reads the query only, never a form: reading a form would consume the body. */
    public static @Nullable String parameter(HttpServletRequest request, String name) {
        var query = request.getQueryString();
        if (query == null) {
            return null;
        }
        for (var start = 0; start <= query.length(); ) {
            var end = query.indexOf('&', start);
            end = end < 0 ? query.length() : end;
            if (query.startsWith(name + "=", start)) {
                return query.substring(start + name.length() + 1, end);
            }
            start = end + 1;
        }
        return null;
    }

    private boolean isKnown(String sid) {
        return server().find(sid).isPresent();
    }

    private void begin(HttpServletRequest request, HttpServletResponse response, String transport)
            throws IOException, ServletException {
        var webSocket = transport.equals(EngineSettings.WEBSOCKET);
        if (!isAllowed(request)) {
            refuse(response, FORBIDDEN, webSocket);
        } else if (!PROTOCOL.equals(parameter(request, "EIO"))) {
            refuse(response, UNSUPPORTED_PROTOCOL_VERSION, webSocket);
        } else if (!webSocket || WebSocketHandshake.check(request, response)) {
            var session = server().open(transport, request.getUserPrincipal(), isProven(request), caller(request));
            if (session.isEmpty()) {
                refuse(response, FULL, webSocket);
            } else if (webSocket) {
                accept(request, response, session.get().webSocket());
            } else {
                poll(request, session.get());
            }
        }
    }

    private static EngineServer.Caller caller(HttpServletRequest request) {
        var userAgent = request.getHeader("User-Agent");
        return new EngineServer.Caller(userAgent == null ? "" : userAgent, request.getHeader("Origin") != null);
    }

    private void goOn(HttpServletRequest request, HttpServletResponse response, String sid, String transport)
            throws IOException, ServletException {
        var webSocket = transport.equals(EngineSettings.WEBSOCKET);
        var found = server().find(sid);
        if (found.isEmpty() || !found.get().belongsTo(request.getUserPrincipal(), isProven(request))) {
            refuse(response, UNKNOWN_SID, webSocket);
        } else if (!PROTOCOL.equals(parameter(request, "EIO"))) {
            refuse(response, BAD_REQUEST, webSocket);
        } else if (webSocket) {
            accept(request, response, found.get().newCandidate(System.nanoTime()));
        } else if (!found.get().transportName().equals(transport)) {
            refuse(response, BAD_REQUEST, false);
        } else {
            switch (request.getMethod()) {
                case "GET" -> poll(request, found.get());
                case "POST" -> {
                    if (found.get().isListening()) {
                        post(request, response, found.get());
                    } else {
                        refuse(response, UNKNOWN_SID, false);
                    }
                }
                default -> response.sendError(HttpServletResponse.SC_METHOD_NOT_ALLOWED);
            }
        }
    }

    private void poll(HttpServletRequest request, EngineSession session) {
        new Polling(session, request).begin();
    }

    private void post(HttpServletRequest request, HttpServletResponse response, EngineSession session)
            throws IOException {
        if (!session.beginPost()) {
            response.setStatus(HttpServletResponse.SC_BAD_REQUEST);
            return;
        }
        var begun = false;
        try {
            var posting = new Posting(session, request, response);
            begun = true;
            posting.begin();
        } finally {
            if (!begun) {
                session.endPost();
            }
        }
    }

    private void accept(HttpServletRequest request, HttpServletResponse response, WebSocketTransport transport)
            throws IOException, ServletException {
        var accepted = false;
        try {
            accepted = WebSocketHandshake.accept(request, response, limits(server().settings()), transport)
                    .isPresent();
        } finally {
            if (!accepted) {
                transport.onClose(1006, "the handshake failed");
            }
        }
    }

    /** What clients may send by WebSocket. */
    public static WebSocketLimits limits(EngineSettings settings) {
        return new WebSocketLimits(
                settings.maxPayload(), MAX_FRAGMENTS, MAX_CONTROL_FRAMES_PER_SECOND, WRITE_TIMEOUT, CLOSE_TIMEOUT);
    }

    /** Answers that there is no such session: then clients connect again, and go on where they were. */
    public static void refuseUnknownSession(HttpServletResponse response, boolean webSocket) throws IOException {
        refuse(response, UNKNOWN_SID, webSocket);
    }

    /** Answers that there is more to do than may be done at a time. */
    public static void refuseForWantOfRoom(HttpServletResponse response, boolean webSocket) throws IOException {
        refuse(response, FULL, webSocket);
    }

    /** Polling clients read the JSON; WebSocket clients only see that the handshake failed. */
    private static void refuse(HttpServletResponse response, EngineError error, boolean webSocket) throws IOException {
        if (error == FULL) {
            askToComeBackLater(response);
        }
        if (webSocket) {
            answer(response, error.status(), "text/html", error.message());
        } else {
            answer(response, error.status(), "application/json", error.json());
        }
    }

    /** For clients that read it. Stock clients use their own delays, which grow each time. */
    static void askToComeBackLater(HttpServletResponse response) {
        response.setHeader("Retry-After", RETRY_AFTER_SECONDS);
    }

    private static void answer(HttpServletResponse response, int status, String type, String text) throws IOException {
        response.setStatus(status);
        response.setHeader("Cache-Control", "no-store");
        write(response, type, text);
    }

    static void write(HttpServletResponse response, String type, String text) throws IOException {
        var body = text.getBytes(UTF_8);
        response.setContentType(type);
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }
}
