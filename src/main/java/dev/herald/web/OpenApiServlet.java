package dev.herald.web;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.herald.http.HttpServer;
import jakarta.inject.Inject;
import jakarta.json.Json;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Serves {@code /api/openapi.json}: the HTTP API's description (OpenAPI 3.1). It says nothing of whom it is shown to. */
@SuppressWarnings("serial") // never serialised
public class OpenApiServlet extends HttpServlet {

    private static final String CONTEXT = "{{context}}";

    private final String text = read();

    @Inject
    transient Proxies proxies;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        var root = Json.createValue(ForwardedRequest.applicationPath(proxies.view(request)))
                .toString();
        var body = text.replace('"' + CONTEXT + '"', root).getBytes(UTF_8);
        response.setContentType("application/json;charset=UTF-8");
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }

    private static String read() {
        try (var in = HttpServer.class.getResourceAsStream("openapi.json")) {
            if (in == null) {
                throw new IllegalStateException("openapi.json is not beside Herald's classes");
            }
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("openapi.json cannot be read", e);
        }
    }
}
