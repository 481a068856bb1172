package dev.herald.web;

import dev.herald.http.Exchange;
import dev.herald.http.Problem;
import dev.herald.request.RawRequest;
import dev.herald.request.Request;
import dev.herald.request.Requests;
import jakarta.inject.Inject;
import jakarta.json.Json;

/** Serves {@code /api/presence/{channel}}: a GET is who is in the channel. */
@SuppressWarnings("serial") // never serialised
public class PresenceServlet extends ApiServlet {

    @Inject
    transient Requests requests;

    @Override
    String allowed() {
        return "GET";
    }

    @Override
    void answer(String method, Exchange exchange) {
        var path = exchange.request().getPathInfo();
        if (path == null || path.length() < 2) {
            exchange.refuse(Problem.notFound());
            return;
        }
        var asker = exchange.asker();
        var named = new RawRequest(
                "", Json.createObjectBuilder().add("channel", path.substring(1)).build());
        exchange.answerWith(() -> requests.handle(asker, new Request.Presence(named.channel(asker.privateChannel()))));
    }
}
