package dev.herald.web;

import static dev.herald.request.ErrorCode.EVENT_RESERVED;

import dev.herald.http.Exchange;
import dev.herald.http.Problem;
import dev.herald.request.Asker;
import dev.herald.request.RawRequest;
import dev.herald.request.RejectedException;
import dev.herald.request.Reply;
import dev.herald.request.Request;
import dev.herald.request.Requests;
import jakarta.inject.Inject;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Serves {@code /api/channels/{channel}/messages}: a GET is a page of the channel's past, a POST publishes. A request has no
 * connection, so messages that except anybody are left out of the past.
 */
@SuppressWarnings("serial") // never serialised
public class MessagesServlet extends ApiServlet {

    @Inject
    transient Requests requests;

    @Override
    String allowed() {
        return "GET, POST";
    }

    @Override
    void answer(String method, Exchange exchange) throws IOException {
        var channel = beforeMessages(exchange);
        if (channel.isEmpty()) {
            exchange.refuse(Problem.notFound());
        } else if (method.equals("GET")) {
            var asker = exchange.asker();
            var page = new RawRequest(Request.HISTORY, page(channel.get(), exchange));
            exchange.answerFromLog(() -> requests.handle(asker, page));
        } else {
            var asker = exchange.asker();
            var key = key(exchange);
            exchange.answerBody(body -> publish(asker, channel.get(), body, key));
        }
    }

    private CompletionStage<Reply> publish(Asker asker, String channel, JsonObject body, Optional<String> key) {
        var request = message(body, "channel", channel, "", key).read(asker.privateChannel());
        if (!(request instanceof Request.Publish)) {
            throw new RejectedException(EVENT_RESERVED, "the event is the server's own");
        }
        return requests.handle(asker, request);
    }

    private static JsonObject page(String channel, Exchange exchange) {
        var fields = Json.createObjectBuilder().add("channel", channel);
        for (var name : List.of("before", "limit")) {
            var value = exchange.request().getParameter(name);
            if (value != null) {
                fields.add(name, RawRequest.parameter(value));
            }
        }
        return fields.build();
    }
}
