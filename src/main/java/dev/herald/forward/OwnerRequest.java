package dev.herald.forward;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.herald.engine.EngineServlet;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.WebSocket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What is asked of the node that has a client's session: the client's request, reduced to what Engine.IO needs. Pages of foreign
 * origins were judged by the node that the client has asked, so neither {@code Origin} nor {@code Host} goes along.
 *
 * @param node the id of the node that has the session
 * @param target the address there
 * @param headers the client's, each a name and a value
 * @param voucher about the client
 * @param nodes have the secret to sign with
 */
record OwnerRequest(String node, URI target, List<Header> headers, Voucher voucher, NodeDirectory nodes) {

    /** All that Engine.IO 4 reads of a query, once a session has begun. */
    private static final List<String> PARAMETERS = List.of("EIO", "transport", "t", "sid");

    private static final String COOKIE = "Cookie";

    private static final Pattern PLAIN = Pattern.compile("(?:[A-Za-z0-9._~-]|%[0-9A-Fa-f]{2})*");

    private static final List<String> ALWAYS = List.of("Content-Type", "Accept-Encoding");

    /** Go along only if the page may act in the name of its visitor. */
    private static final List<String> CREDENTIALS = List.of(COOKIE, "Authorization");

    private static final Pattern SENDABLE = Pattern.compile("[\\t -~]*");

    /** One header field. */
    record Header(String name, String value) {}

    /** Where requests of a client go to, as a request of its own says. */
    static OwnerRequest of(
            HttpServletRequest request, String node, URI url, String path, Visitor visitor, NodeDirectory nodes) {
        var headers = new ArrayList<Header>();
        ALWAYS.forEach(name -> copy(request, name, headers));
        if (visitor.showsCredentials()) {
            CREDENTIALS.forEach(name -> copy(request, name, headers));
        }
        return new OwnerRequest(
                node,
                target(url, path, query(request)),
                List.copyOf(headers),
                new Voucher(
                        visitor.person(),
                        Optional.ofNullable(request.getRemoteAddr()).orElse("")),
                nodes);
    }

    private static void copy(HttpServletRequest request, String name, List<Header> headers) {
        for (var value : Collections.list(request.getHeaders(name))) {
            var sendable = name.equals(COOKIE) ? sendableCookies(value) : value;
            if (!sendable.isEmpty() && SENDABLE.matcher(sendable).matches()) {
                headers.add(new Header(name, sendable));
            }
        }
    }

    /** Java's HTTP client sends ASCII. A cookie of another application that is not ASCII shall not keep the others back. */
    private static String sendableCookies(String value) {
        return Arrays.stream(value.split(";", -1))
                .map(String::strip)
                .filter(cookie -> SENDABLE.matcher(cookie).matches())
                .collect(Collectors.joining("; "));
    }

    private static String query(HttpServletRequest request) {
        var query = new ArrayList<String>();
        for (var name : PARAMETERS) {
            var value = EngineServlet.parameter(request, name);
            if (value != null) {
                query.add(name + "=" + (PLAIN.matcher(value).matches() ? value : URLEncoder.encode(value, UTF_8)));
            }
        }
        return String.join("&", query);
    }

    private static URI target(URI url, String path, String query) {
        var base = url.toString();
        try {
            return new URI((base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + path + "?" + query);
        } catch (URISyntaxException e) {
            throw new IllegalStateException("the address of a node is wrong: " + url, e);
        }
    }

    /** A request to be finished, with what the other node has to know. */
    HttpRequest.Builder request(String method) {
        var request = HttpRequest.newBuilder(target).header(Voucher.HEADER, voucher(method));
        headers.forEach(header -> request.header(header.name(), header.value()));
        return request;
    }

    /** Likewise, of a WebSocket. */
    WebSocket.Builder complete(WebSocket.Builder handshake) {
        handshake.header(Voucher.HEADER, voucher("GET"));
        headers.stream()
                .filter(header -> CREDENTIALS.contains(header.name()))
                .forEach(header -> handshake.header(header.name(), header.value()));
        return handshake;
    }

    /** The address there for a WebSocket. */
    URI socketTarget() {
        // "http" becomes "ws", "https" becomes "wss".
        return URI.create("ws" + target.toString().substring("http".length()));
    }

    private String voucher(String method) {
        return voucher.sealed(nodes.secret(), method, target.getRawQuery());
    }
}
