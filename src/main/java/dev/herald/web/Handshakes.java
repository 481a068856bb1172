package dev.herald.web;

import dev.herald.api.Handshake;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Reads what the requests say that connections begin with. The header fields of all connections by one version of one browser
 * are the same, and are kept once. Any thread may call, with any lock held: it only reads what the request has.
 */
final class Handshakes {

    /** How many different texts of header fields are remembered, to be shared. */
    private static final int MAX_SHARED = 1_000;

    /** What proves who somebody is. */
    private static final Set<String> SECRET =
            Set.of("cookie", "authorization", "proxy-authorization", "sec-websocket-protocol");

    /** What is only of use for the connection itself. */
    private static final Set<String> OF_CONNECTION = Set.of(
            "connection",
            "upgrade",
            "keep-alive",
            "content-length",
            "transfer-encoding",
            "sec-websocket-key",
            "sec-websocket-version",
            "sec-websocket-extensions");

    private final Map<String, String> shared = new ConcurrentHashMap<>();

    /** What this request says. */
    Handshake of(HttpServletRequest request) {
        return new Handshake(
                url(request), shared(headerLines(request)), address(request), request.isSecure(), Instant.now(), "{}");
    }

    /** From where a request comes; empty when the container does not know. */
    static String address(HttpServletRequest request) {
        var address = request.getRemoteAddr();
        return address == null ? "" : address;
    }

    private static String url(HttpServletRequest request) {
        var path = request.getRequestURI();
        var query = request.getQueryString();
        var url = query == null ? path : path + "?" + query;
        return url.length() <= Handshake.MAX_URL ? url : path.substring(0, Math.min(path.length(), Handshake.MAX_URL));
    }

    private static String headerLines(HttpServletRequest request) {
        var lines = new StringBuilder();
        var count = 0;
        for (var name : Collections.list(request.getHeaderNames())) {
            var lowered = name.toLowerCase(Locale.ROOT);
            if (SECRET.contains(lowered) || OF_CONNECTION.contains(lowered)) {
                continue;
            }
            for (var value : Collections.list(request.getHeaders(name))) {
                var line = lowered + ": " + value.replaceAll("\\p{Cntrl}", " ") + "\n";
                if (++count > Handshake.MAX_HEADERS || lines.length() + line.length() > Handshake.MAX_HEADER_LINES) {
                    return lines.toString();
                }
                lines.append(line);
            }
        }
        return lines.toString();
    }

    private String shared(String lines) {
        if (shared.size() >= MAX_SHARED) {
            shared.clear();
        }
        return shared.computeIfAbsent(lines, same -> same);
    }
}
