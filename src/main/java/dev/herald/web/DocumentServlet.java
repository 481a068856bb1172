package dev.herald.web;

import dev.herald.api.ChannelName;
import dev.herald.api.Position;
import dev.herald.http.Exchange;
import dev.herald.http.Problem;
import dev.herald.request.RawRequest;
import dev.herald.request.Request;
import dev.herald.request.Requests;
import jakarta.inject.Inject;
import jakarta.json.Json;
import java.io.IOException;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Serves {@code /api/documents/{name}}: a GET is the document, with its version as the {@code ETag}; a PATCH changes it, if it still has
 * the version that {@code If-Match} names.
 */
@SuppressWarnings("serial") // never serialised
public class DocumentServlet extends ApiServlet {

    /** As {@code ETag} gives a version. */
    private static final Pattern VERSION = Pattern.compile("\"(0|[1-9][0-9]{0,17})-([^\"]{1,64})\"");

    @Inject
    transient Requests requests;

    @Override
    String allowed() {
        return "GET, PATCH";
    }

    @Override
    void answer(String method, Exchange exchange) throws IOException {
        var name = name(exchange);
        if (name.isEmpty()) {
            exchange.refuse(Problem.notFound());
        } else if (method.equals("GET")) {
            var has = exchange.request().getHeader("If-None-Match");
            exchange.answerUnless(
                    etag -> has != null && (has.contains(etag) || has.strip().equals("*")),
                    () -> requests.handle(exchange.asker(), new Request.ReadDocument(name.get())));
        } else {
            change(exchange, name.get());
        }
    }

    private void change(Exchange exchange, String name) throws IOException {
        var wanted = exchange.request().getHeader("If-Match");
        var only = version(wanted);
        if (wanted != null && !wanted.strip().equals("*") && only == null) {
            exchange.refuse(new Problem(
                    412, "conflict", "If-Match has one version of the document, as its ETag gives it, or *"));
            return;
        }
        var asker = exchange.asker();
        var key = key(exchange);
        exchange.answerChange(change -> {
            var fields = Json.createObjectBuilder(change).add("name", name);
            key.ifPresent(id -> fields.add("id", id));
            var request = RawRequest.ofDocument(Request.OfDocument.CHANGE, fields.build())
                    .read(asker.privateChannel());
            return requests.handle(asker, ((Request.ChangeDocument) request).onlyAt(only));
        });
    }

    private static Optional<String> name(Exchange exchange) {
        var path = exchange.request().getPathInfo();
        try {
            return path == null || path.length() < 2
                    ? Optional.empty()
                    : ChannelName.ofDocument(path.substring(1)).document();
        } catch (IllegalArgumentException e) {
            // There can be no such document.
            return Optional.empty();
        }
    }

    private static @Nullable Position version(@Nullable String etag) {
        var version = VERSION.matcher(etag == null ? "" : etag.strip());
        return version.matches() ? new Position(version.group(2), Long.parseLong(version.group(1))) : null;
    }
}
