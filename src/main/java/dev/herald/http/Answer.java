package dev.herald.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.herald.api.Receipt;
import dev.herald.hub.HistoryPage;
import dev.herald.request.Reply;
import jakarta.json.spi.JsonProvider;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;

/**
 * What a single request is answered.
 *
 * @param type the body's media type
 * @param body empty for none
 * @param headers besides those that every answer has
 */
public record Answer(int status, String type, String body, Map<String, String> headers) {

    static final String JSON_TYPE = "application/json;charset=UTF-8";

    private static final String ETAG = "ETag";

    private static final JsonProvider JSON = JsonProvider.provider();

    public Answer {
        headers = Map.copyOf(headers);
    }

    Answer(int status, String type, String body) {
        this(status, type, body, Map.of());
    }

    Answer with(String name, String value) {
        var more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Answer(status, type, body, more);
    }

    /** What became of a request that has no connection. */
    static Answer of(Reply reply) {
        if (reply instanceof Reply.Published published) {
            return of(published.receipt());
        } else if (reply instanceof Reply.History history) {
            return new Answer(200, JSON_TYPE, written(history.page()));
        } else if (reply instanceof Reply.Presence presence) {
            return new Answer(200, JSON_TYPE, written(presence));
        } else if (reply instanceof Reply.Document document) {
            return new Answer(200, JSON_TYPE, document.json()).with(ETAG, quoted(document.version()));
        } else if (reply instanceof Reply.DocumentChanged changed) {
            return new Answer(200, JSON_TYPE, changed.json()).with(ETAG, quoted(changed.version()));
        } else if (reply instanceof Reply.OfDocument ofDocument) {
            return new Answer(200, JSON_TYPE, ofDocument.json());
        } else if (reply instanceof Reply.Rejected rejected) {
            return Problem.of(rejected).answer();
        }
        throw new IllegalArgumentException("no single request has such a reply: " + reply);
    }

    private static String quoted(String version) {
        return '"' + version + '"';
    }

    /** The same, or only that it has not changed, if the asker has it already. */
    Answer unless(Predicate<String> has) {
        var etag = headers.get(ETAG);
        return status == 200 && etag != null && has.test(etag)
                ? new Answer(HttpServletResponse.SC_NOT_MODIFIED, type, "", headers)
                : this;
    }

    /** The ack, as clients of the other protocols get it. A repeat makes nothing new. */
    private static Answer of(Receipt receipt) {
        var json = JSON.createObjectBuilder().add("channel", receipt.channel().value());
        var position = receipt.position();
        if (position != null) {
            json.add("offset", position.offset()).add("epoch", position.epoch());
        }
        json.add("duplicate", receipt.duplicate()).add("kind", receipt.kind().label());
        return new Answer(
                receipt.duplicate() ? 200 : 201, JSON_TYPE, json.build().toString());
    }

    private static String written(HistoryPage page) {
        var head = page.head();
        return "{\"messages\":" + page.messagesJson() + ",\"head\":" + head.offset() + ",\"epoch\":"
                + JSON.createValue(head.epoch()) + "}";
    }

    private static String written(Reply.Presence presence) {
        var people = JSON.createArrayBuilder();
        presence.people()
                .forEach(one -> people.add(
                        JSON.createObjectBuilder().add("id", one.id()).add("name", one.name())));
        return JSON.createObjectBuilder()
                .add("channel", presence.channel().value())
                .add("count", presence.count())
                .add("people", people)
                .build()
                .toString();
    }

    /**
     * Writes the answer. May wait for the client.
     *
     * @param withBody whether the client gets more than the headers
     */
    public void write(HttpServletResponse response, boolean withBody) throws IOException {
        response.setStatus(status);
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("X-Content-Type-Options", "nosniff");
        headers.forEach(response::setHeader);
        if (!body.isEmpty()) {
            var bytes = body.getBytes(UTF_8);
            response.setContentType(type);
            response.setContentLength(bytes.length);
            if (withBody) {
                response.getOutputStream().write(bytes);
            }
        }
    }
}
