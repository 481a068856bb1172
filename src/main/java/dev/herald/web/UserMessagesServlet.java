package dev.herald.web;

import static dev.herald.request.ErrorCode.EVENT_INVALID;

import dev.herald.http.Exchange;
import dev.herald.http.Problem;
import dev.herald.request.Asker;
import dev.herald.request.RejectedException;
import dev.herald.request.Reply;
import dev.herald.request.Request;
import dev.herald.request.Requests;
import jakarta.inject.Inject;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Serves {@code /api/users/{user}/messages}: a POST is a private message. */
@SuppressWarnings("serial") // never serialised
public class UserMessagesServlet extends ApiServlet {

    @Inject
    transient Requests requests;

    @Override
    String allowed() {
        return "POST";
    }

    @Override
    void answer(String method, Exchange exchange) throws IOException {
        var person = beforeMessages(exchange);
        if (person.isEmpty()) {
            exchange.refuse(Problem.notFound());
            return;
        }
        var asker = exchange.asker();
        var key = key(exchange);
        exchange.answerBody(body -> tell(asker, person.get(), body, key));
    }

    private CompletionStage<Reply> tell(Asker asker, String person, JsonObject body, Optional<String> key) {
        var request = message(body, "to", person, Request.PRIVATE, key).read(asker.privateChannel());
        if (!(request instanceof Request.Tell)) {
            throw new RejectedException(EVENT_INVALID, "the event of a private message is private, or left out");
        }
        return requests.handle(asker, request);
    }
}
