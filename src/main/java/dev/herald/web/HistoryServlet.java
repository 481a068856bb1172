package dev.herald.web;

import dev.herald.api.PersonPrincipal;
import dev.herald.hub.HistoryPage;
import dev.herald.hub.Hub;
import dev.herald.hub.RejectedException;
import dev.herald.hub.Request;
import jakarta.inject.Inject;
import jakarta.json.Json;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * Answers {@code GET /api/channels/{channel}/messages?before=&limit=} with a page of the channel's past ({@code docs/feed.md},
 * "History"). There is no connection that a message could except: whatever excepts anybody is left out.
 */
@SuppressWarnings("serial") // never serialised
public class HistoryServlet extends HttpServlet {

    private static final String MESSAGES = "/messages";

    @Inject
    transient Hub hub;

    @Inject
    transient Origins origins;

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        if (!Cors.answer(origins, request, response)) {
            super.service(request, response);
        }
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        var path = request.getPathInfo();
        if (path == null || !path.endsWith(MESSAGES) || path.length() == MESSAGES.length()) {
            response.sendError(HttpServletResponse.SC_NOT_FOUND);
            return;
        }
        if (!origins.allow(request)) {
            refuse(response, HttpServletResponse.SC_FORBIDDEN, "origin-forbidden", "this origin may not read here");
            return;
        }
        try {
            var channel = path.substring(1, path.length() - MESSAGES.length());
            answer(response, HttpServletResponse.SC_OK, written(read(channel, request)));
        } catch (RejectedException e) {
            refuse(response, status(e), e.code().code(), String.valueOf(e.getMessage()));
        }
    }

    private HistoryPage read(String channel, HttpServletRequest request) {
        if (!(request.getUserPrincipal() instanceof PersonPrincipal visitor)) {
            throw new IllegalStateException(
                    "the request did not pass Herald's filter: map dev.herald.web.VisitorFilter to it in web.xml");
        }
        var words =
                Request.Words.ofHistory(channel, null, request.getParameter("before"), request.getParameter("limit"));
        return hub.history((Request.History) words.request(), visitor.person(), except -> !except.isEmpty());
    }

    private static String written(HistoryPage page) {
        var head = page.head();
        return "{\"messages\":" + page.messagesJson() + ",\"head\":" + head.offset() + ",\"epoch\":"
                + Json.createValue(head.epoch()) + "}";
    }

    private static int status(RejectedException e) {
        return switch (e.code()) {
            case CHANNEL_FORBIDDEN -> HttpServletResponse.SC_FORBIDDEN;
            case LOG_UNAVAILABLE -> HttpServletResponse.SC_SERVICE_UNAVAILABLE;
            default -> HttpServletResponse.SC_BAD_REQUEST;
        };
    }

    private static void refuse(HttpServletResponse response, int status, String code, String message)
            throws IOException {
        var error = Json.createObjectBuilder().add("code", code).add("message", message);
        answer(response, status, error.build().toString());
    }

    private static void answer(HttpServletResponse response, int status, String json) throws IOException {
        response.setStatus(status);
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setContentType("application/json;charset=UTF-8");
        response.getWriter().print(json);
    }
}
