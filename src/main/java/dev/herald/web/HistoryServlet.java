package dev.herald.web;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.herald.api.PersonPrincipal;
import dev.herald.hub.HistoryPage;
import dev.herald.request.Asker;
import dev.herald.request.ErrorCode;
import dev.herald.request.RawRequest;
import dev.herald.request.Reply;
import dev.herald.request.Request;
import dev.herald.request.Requests;
import jakarta.inject.Inject;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/**
 * Answers {@code GET /api/channels/{channel}/messages?before=&limit=} with a page of the channel's past ({@code docs/feed.md},
 * "History"). The request has no connection, so messages that except anybody are left out.
 */
@SuppressWarnings("serial") // never serialised
public class HistoryServlet extends HttpServlet {

    private static final String MESSAGES = "/messages";

    /** How long a request waits for its reply. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @Inject
    transient Requests requests;

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
        var channel = path.substring(1, path.length() - MESSAGES.length());
        var reply = read(channel, request);
        if (reply instanceof Reply.History history) {
            answer(response, HttpServletResponse.SC_OK, written(history.page()));
        } else if (reply instanceof Reply.Rejected rejected) {
            refuse(response, status(rejected.code()), rejected.word(), rejected.sentence());
        }
    }

    /** Waits a limited time for the reply. */
    private Reply read(String channel, HttpServletRequest request) throws IOException {
        if (!(request.getUserPrincipal() instanceof PersonPrincipal visitor)) {
            throw new IllegalStateException(
                    "the request did not pass Herald's filter: map dev.herald.web.VisitorFilter to it in web.xml");
        }
        var reply = requests.handle(Asker.of(visitor), new RawRequest(Request.HISTORY, fields(channel, request)));
        try {
            return reply.toCompletableFuture().get(PATIENCE.toSeconds(), SECONDS);
        } catch (TimeoutException e) {
            return new Reply.Rejected(ErrorCode.OVERLOADED, "it takes too long to find out whether you may; try again");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the server goes down");
        } catch (ExecutionException e) {
            throw new IllegalStateException("a reply does not fail", e);
        }
    }

    private static JsonObject fields(String channel, HttpServletRequest request) {
        var fields = Json.createObjectBuilder().add("channel", channel);
        for (var name : List.of("before", "limit")) {
            var value = request.getParameter(name);
            if (value != null) {
                fields.add(name, RawRequest.parameter(value));
            }
        }
        return fields.build();
    }

    private static String written(HistoryPage page) {
        var head = page.head();
        return "{\"messages\":" + page.messagesJson() + ",\"head\":" + head.offset() + ",\"epoch\":"
                + Json.createValue(head.epoch()) + "}";
    }

    private static int status(ErrorCode code) {
        return switch (code) {
            case CHANNEL_FORBIDDEN -> HttpServletResponse.SC_FORBIDDEN;
            case LOG_UNAVAILABLE, OVERLOADED -> HttpServletResponse.SC_SERVICE_UNAVAILABLE;
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
