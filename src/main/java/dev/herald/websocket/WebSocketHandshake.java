package dev.herald.websocket;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.herald.nonblocking.GrizzlyConnection;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.Optional;

/** Answers the opening handshake (RFC 6455, 4.2). Negotiates neither extensions nor sub-protocols. */
public final class WebSocketHandshake {

    private static final String VERSION = "13";
    private static final String VERSION_HEADER = "Sec-WebSocket-Version";
    private static final String KEY_HEADER = "Sec-WebSocket-Key";
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final int KEY_BYTES = 16;
    private static final int KEY_CHARACTERS = 24;
    /** "Upgrade Required" (RFC 9110, 15.5.22). */
    private static final int UPGRADE_REQUIRED = 426;

    /** Lists the subprotocols that a client offers. */
    private static final String PROTOCOL_HEADER = "Sec-WebSocket-Protocol";

    /** The subprotocol that is answered when it is offered: browsers want one of those that they have offered. */
    private static final String SUBPROTOCOL = "herald";

    private WebSocketHandshake() {}

    /** Whether the request asks for a WebSocket: a GET of HTTP/1.1 that says so in {@code Upgrade} and {@code Connection}. */
    public static boolean isRequested(HttpServletRequest request) {
        return request.getMethod().equals("GET")
                && request.getProtocol().equals("HTTP/1.1")
                && has(request, "Upgrade", "websocket")
                && has(request, "Connection", "upgrade");
    }

    private static boolean has(HttpServletRequest request, String header, String token) {
        return Collections.list(request.getHeaders(header)).stream()
                .flatMap(line -> Arrays.stream(line.split(",", -1)))
                .anyMatch(one -> one.strip().equalsIgnoreCase(token));
    }

    /**
     * Whether the request can be answered 101. What asks for another version is answered 426 and told ours, and what is no
     * handshake otherwise 400.
     *
     * @return false when the request was answered with an error
     */
    public static boolean check(HttpServletRequest request, HttpServletResponse response) {
        if (!isRequested(request)) {
            response.setStatus(HttpServletResponse.SC_BAD_REQUEST);
            return false;
        }
        if (!VERSION.equals(request.getHeader(VERSION_HEADER))) {
            response.setStatus(UPGRADE_REQUIRED);
            response.setHeader("Upgrade", "websocket");
            response.setHeader(VERSION_HEADER, VERSION);
            return false;
        }
        var keys = Collections.list(request.getHeaders(KEY_HEADER));
        if (keys.size() != 1 || !isKey(keys.get(0))) {
            response.setStatus(HttpServletResponse.SC_BAD_REQUEST);
            return false;
        }
        return true;
    }

    /**
     * Checks the request, answers 101 and hands the connection over. The listener is called after the servlet has returned.
     *
     * @return empty when the request was answered with an error
     */
    public static Optional<WebSocketConnection> accept(
            HttpServletRequest request,
            HttpServletResponse response,
            WebSocketLimits limits,
            WebSocketListener listener)
            throws IOException, ServletException {
        if (!check(request, response)) {
            return Optional.empty();
        }
        response.setStatus(HttpServletResponse.SC_SWITCHING_PROTOCOLS);
        response.setHeader("Upgrade", "websocket");
        response.setHeader("Connection", "Upgrade");
        response.setHeader("Sec-WebSocket-Accept", answerTo(request.getHeader(KEY_HEADER)));
        if (has(request, PROTOCOL_HEADER, SUBPROTOCOL)) {
            response.setHeader(PROTOCOL_HEADER, SUBPROTOCOL);
        }
        GrizzlyConnection.shrinkBuffers(request);
        var connection = request.upgrade(WebSocketConnection.class);
        connection.start(limits, listener);
        if (mustBeFlushed(request)) {
            response.flushBuffer();
        }
        return Optional.of(connection);
    }

    /** A key is 16 bytes in base64 (RFC 6455, 4.1). */
    private static boolean isKey(String key) {
        try {
            return key.length() == KEY_CHARACTERS && Base64.getDecoder().decode(key).length == KEY_BYTES;
        } catch (IllegalArgumentException e) {
            // The key is not base64.
            return false;
        }
    }

    static String answerTo(String key) {
        try {
            var digest = MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(US_ASCII));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-1", e);
        }
    }

    /** Payara sends the 101 only when something is written; other servers send it by themselves. */
    private static boolean mustBeFlushed(HttpServletRequest request) {
        var server = request.getServletContext().getServerInfo();
        return server != null && (server.contains("Payara") || server.contains("GlassFish"));
    }
}
