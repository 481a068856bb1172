package dev.herald.web;

import dev.herald.http.Exchange;
import dev.herald.http.HttpServer;
import dev.herald.http.Problem;
import dev.herald.request.RawRequest;
import jakarta.inject.Inject;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Serves addresses of the HTTP API ({@code docs/http.md}). Pages of listed origins may read the answers, those of other foreign
 * origins may ask nothing.
 */
@SuppressWarnings("serial") // never serialised
abstract class ApiServlet extends HttpServlet {

    private static final String MESSAGES = "/messages";

    @Inject
    transient HttpServer server;

    @Inject
    transient Origins origins;

    /** The methods that it knows, as in the header {@code Allow}. */
    abstract String allowed();

    /** Answers a request of one of these methods, now or later. {@code HEAD} is asked as {@code GET}. */
    abstract void answer(String method, Exchange exchange) throws IOException;

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (Cors.answer(origins, request, response)) {
            return;
        }
        var method = request.getMethod().equals("HEAD") ? "GET" : request.getMethod();
        var exchange = server.begin(request, response);
        if (!List.of(allowed().split(", ")).contains(method)) {
            exchange.refuseMethod(allowed());
        } else if (!origins.allow(request)) {
            exchange.refuse(Problem.ofOrigin());
        } else {
            answer(method, exchange);
        }
        exchange.end();
    }

    /** What stands in the path before {@code /messages}; empty when the path is another one. */
    static Optional<String> beforeMessages(Exchange exchange) {
        var path = exchange.request().getPathInfo();
        return path == null || !path.endsWith(MESSAGES) || path.length() <= MESSAGES.length() + 1
                ? Optional.empty()
                : Optional.of(path.substring(1, path.length() - MESSAGES.length()));
    }

    /**
     * A message as a request: its name and data are the body's, and its id is the header's alone.
     *
     * @param place where it goes: the member of this name with this value
     * @param event the message's name if the body has none
     */
    static RawRequest message(JsonObject body, String place, String value, String event, Optional<String> key) {
        var fields = Json.createObjectBuilder(body).add(place, value).remove("id");
        if (!body.containsKey("event")) {
            fields.add("event", event);
        }
        key.ifPresent(id -> fields.add("id", id));
        return RawRequest.of(fields.build());
    }

    /** The header {@code Idempotency-Key}, without the quotes that it may have. */
    static Optional<String> key(Exchange exchange) {
        var key = exchange.request().getHeader("Idempotency-Key");
        if (key == null) {
            return Optional.empty();
        }
        var isQuoted = key.length() >= 2 && key.startsWith("\"") && key.endsWith("\"");
        return Optional.of(isQuoted ? key.substring(1, key.length() - 1) : key);
    }
}
