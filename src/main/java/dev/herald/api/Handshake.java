package dev.herald.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.json.JsonObject;
import java.net.URLDecoder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * How a connection began: what its first request said. It is kept in few bytes, as a server has thousands of them; what is made of
 * these is made anew by each call.
 *
 * <pre>{@code
 * void log(@Observes Connected connected) {
 *     Handshake handshake = connected.connection().handshake();
 *     System.out.println(handshake.remoteAddress() + " asked for " + handshake.query("room").orElse("no room"));
 * }
 * }</pre>
 *
 * @param url the path and the query as the client wrote them; without the query if that is long
 * @param headerLines the header fields, each as {@code name: value} in a line of its own, the name in lower case. Those that prove
 *     who the client is are left out ({@code Cookie}, {@code Authorization}), so that they do not get into logs; so are those that only
 *     concern the connection. Of many or long ones, only the first are kept
 * @param remoteAddress from where the request came, as the container says; empty when that is not known
 * @param secure whether it came by TLS
 * @param at when it came
 * @param authJson what a client of Socket.IO gave as {@code auth}, a JSON object; <code>{}</code> when it gave none
 */
public record Handshake(
        String url, String headerLines, String remoteAddress, boolean secure, Instant at, String authJson) {

    /** How many characters of the URL are kept. */
    public static final int MAX_URL = 2_048;

    /** How many header fields are kept. */
    public static final int MAX_HEADERS = 48;

    /** How many characters of header fields are kept. */
    public static final int MAX_HEADER_LINES = 4_096;

    /** How many characters of {@code auth} are kept with a connection: of a longer one nothing. */
    public static final int MAX_AUTH = 4_096;

    private static final String NO_AUTH = "{}";

    /** One of which only the address is known. */
    public static Handshake from(String remoteAddress) {
        return new Handshake("", "", remoteAddress, false, Instant.EPOCH, NO_AUTH);
    }

    /** The same, of a client that gave this as {@code auth}. */
    public Handshake withAuth(String json) {
        return json.equals(authJson) ? this : new Handshake(url, headerLines, remoteAddress, secure, at, json);
    }

    /** As it is kept with a connection: without an {@code auth} that is long. */
    public Handshake kept() {
        return authJson.length() > MAX_AUTH ? withAuth(NO_AUTH) : this;
    }

    /** The query's parameters, decoded, each with its values in their order. */
    public Map<String, List<String>> query() {
        var parameters = new LinkedHashMap<String, List<String>>();
        var mark = url.indexOf('?');
        if (mark >= 0 && mark < url.length() - 1) {
            for (var pair : url.substring(mark + 1).split("&", -1)) {
                var parts = pair.split("=", 2);
                parameters
                        .computeIfAbsent(decoded(parts[0]), name -> new ArrayList<>(1))
                        .add(parts.length == 1 ? "" : decoded(parts[1]));
            }
        }
        return parameters;
    }

    /** The first value of a parameter of the query. */
    public Optional<String> query(String name) {
        return Optional.ofNullable(query().get(name)).map(values -> values.get(0));
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, UTF_8);
        } catch (IllegalArgumentException e) {
            // The client has not encoded it: it is taken as it is.
            return text;
        }
    }

    /** The header fields by their names in lower case, each with its values in their order. */
    public Map<String, List<String>> headers() {
        var headers = new LinkedHashMap<String, List<String>>();
        headerLines.lines().forEach(line -> {
            var colon = line.indexOf(": ");
            headers.computeIfAbsent(line.substring(0, colon), name -> new ArrayList<>(1))
                    .add(line.substring(colon + 2));
        });
        return headers;
    }

    /** The first value of a header field, whatever the case of its name. */
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers().get(name.toLowerCase(Locale.ROOT))).map(values -> values.get(0));
    }

    /** What a client of Socket.IO gave as {@code auth}; an empty object when it gave none, or a long one. */
    public JsonObject auth() {
        return JsonText.read(authJson).asJsonObject();
    }

    /** Without what may be a secret. */
    @Override
    public String toString() {
        var mark = url.indexOf('?');
        return "Handshake[" + (mark < 0 ? url : url.substring(0, mark)) + " from " + remoteAddress + "]";
    }
}
