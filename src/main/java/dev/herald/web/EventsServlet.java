package dev.herald.web;

import dev.herald.http.EventStreams;
import dev.herald.http.Exchange;
import jakarta.inject.Inject;
import java.util.List;

/** Serves {@code /api/events}: a GET is a stream of Server-Sent Events. */
@SuppressWarnings("serial") // never serialised
public class EventsServlet extends ApiServlet {

    @Inject
    transient EventStreams streams;

    @Override
    String allowed() {
        return "GET";
    }

    @Override
    void answer(String method, Exchange exchange) {
        var request = exchange.request();
        if (request.getMethod().equals("HEAD")) {
            exchange.refuseMethod(allowed());
            return;
        }
        var channels = request.getParameterValues("channel");
        var header = request.getHeader("Last-Event-ID");
        // For clients that cannot set the header when they come anew.
        var lastEventId = header == null ? request.getParameter("lastEventId") : header;
        streams.listen(exchange, channels == null ? List.of() : List.of(channels), lastEventId);
    }
}
