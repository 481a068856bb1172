package dev.herald.web;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Arrays;
import java.util.Collections;
import java.util.Locale;
import java.util.Optional;

/**
 * Finds the token that a request shows: in {@code Authorization: Bearer <token>} (RFC 6750, 2.1), or in the WebSocket subprotocol
 * {@code bearer.<token>}, as pages cannot set headers of a WebSocket. Any thread may call.
 */
final class BearerTokens {

    private static final String SCHEME = "bearer ";
    private static final String SUBPROTOCOL = "bearer.";

    private BearerTokens() {}

    static Optional<String> of(HttpServletRequest request) {
        var header = request.getHeader("Authorization");
        if (header != null && header.toLowerCase(Locale.ROOT).startsWith(SCHEME)) {
            return Optional.of(header.substring(SCHEME.length()).strip());
        }
        return Collections.list(request.getHeaders("Sec-WebSocket-Protocol")).stream()
                .flatMap(line -> Arrays.stream(line.split(",", -1)))
                .map(String::strip)
                .filter(protocol -> protocol.startsWith(SUBPROTOCOL))
                .map(protocol -> protocol.substring(SUBPROTOCOL.length()))
                .findFirst();
    }
}
