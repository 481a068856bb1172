package dev.herald.web;

import dev.herald.asyncapi.AsyncApi;
import dev.herald.http.Exchange;
import dev.herald.http.Problem;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import java.util.regex.Pattern;

/** Serves {@code /api/asyncapi}: the application's own events (AsyncAPI 3.0), if that is wanted. */
@SuppressWarnings("serial") // never serialised
public class AsyncApiServlet extends ApiServlet {

    /** Of names and addresses, with a port; what else a client calls the host is not repeated. */
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._-]+(:[0-9]+)?|\\[[0-9A-Fa-f:.]+](:[0-9]+)?");

    @Inject
    transient AsyncApi asyncApi;

    @Inject
    transient SocketIoPath socketIoPath;

    @Override
    String allowed() {
        return "GET";
    }

    @Override
    void answer(String method, Exchange exchange) {
        var request = exchange.request();
        var application = ForwardedRequest.applicationPath(request);
        var document =
                asyncApi.describe("The events of the application at " + application, server(request, application));
        document.ifPresentOrElse(
                json -> exchange.answerJson(json.toString()),
                () -> exchange.refuse(new Problem(
                        404,
                        "not-found",
                        "the application does not describe its events; herald.asyncapi=true lets it")));
    }

    private AsyncApi.Server server(HttpServletRequest request, String application) {
        var named = request.getHeader("Host");
        var host = named != null && HOST.matcher(named).matches() ? named : "localhost";
        var root = application.equals("/") ? "" : application;
        return new AsyncApi.Server(host, root + socketIoPath.path(), request.isSecure());
    }
}
