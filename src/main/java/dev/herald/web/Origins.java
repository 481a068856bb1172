package dev.herald.web;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which web pages may talk to this server (RFC 6455, 10.2, "Origin Considerations"): those of the same host, and those of the
 * listed origins. Browsers send a page's true origin. Without this check, any page could act in the name of its visitor.
 */
public final class Origins {

    private static final String HOST_AND_PORT = "://(?<host>[a-z0-9._-]+|\\[[0-9a-f:.]+])(?::(?<port>[0-9]{1,5}))?";

    /** The origin of a page from a web server, as browsers write it (RFC 6454, 6.2): lower case, no path, no user. */
    private static final Pattern WEB = Pattern.compile("(?<scheme>https?)" + HOST_AND_PORT);

    /**
     * The origin of any page: apps and browser extensions have schemes of their own, such as {@code capacitor} or {@code
     * moz-extension}.
     */
    private static final Pattern ORIGIN = Pattern.compile("[a-z][a-z0-9+.-]*" + HOST_AND_PORT);

    /** What browsers send for pages without an origin, such as files and sandboxed frames, whoever made them. */
    private static final String NULL = "null";

    private static final String ANY = "*";

    private final Set<String> listed;
    private final boolean any;

    /**
     * The origins besides the server's own.
     *
     * @param listed each as browsers write it, for example {@code https://app.example} or {@code capacitor://localhost}; {@code
     *     null} for pages without an origin; or {@code *} alone, for all pages. Pages that are let in but not listed by name
     *     are treated as new guests, even if their visitors are signed in
     */
    public Origins(List<String> listed) {
        any = listed.equals(List.of(ANY));
        for (var origin : any ? List.<String>of() : listed) {
            if (origin.equals(ANY)) {
                throw new IllegalArgumentException("herald.origins: \"*\" means all and stands alone");
            }
            if (!origin.equals(NULL) && !ORIGIN.matcher(origin).matches()) {
                throw new IllegalArgumentException(
                        "herald.origins: \"" + origin + "\" is not an origin such as https://app.example");
            }
        }
        this.listed = any ? Set.of() : Set.copyOf(listed);
    }

    /**
     * Whether a request may connect or change anything. Browsers leave the origin out only when a page reads from its own
     * server, or when no page is involved; another header then says so. A client that sends neither header is not a browser.
     */
    boolean allow(HttpServletRequest request) {
        var sent = sent(request);
        return sent.isEmpty() ? isOfNoOtherSite(request) : allow(sent, request.getHeader("Host"), request.isSecure());
    }

    private static List<String> sent(HttpServletRequest request) {
        return Collections.list(request.getHeaders("Origin"));
    }

    private static boolean isOfNoOtherSite(HttpServletRequest request) {
        var site = request.getHeader("Sec-Fetch-Site");
        return site == null || site.equals("same-origin") || site.equals("none");
    }

    /**
     * Whether a request is from a page that is let in but not listed by name. Such a page must not act in the name of its
     * visitor.
     */
    boolean isStranger(HttpServletRequest request) {
        var sent = sent(request);
        return !sent.isEmpty()
                && (any || sent.contains(NULL))
                && !isSameHost(sent.get(0), request.getHeader("Host"), request.isSecure());
    }

    /** The value of {@code Access-Control-Allow-Origin}; empty when there must be no such header. */
    Optional<String> reader(HttpServletRequest request) {
        var sent = sent(request);
        if (any) {
            return Optional.of(ANY);
        }
        return sent.size() == 1 && listed.contains(sent.get(0)) ? Optional.of(sent.get(0)) : Optional.empty();
    }

    /** Whether all pages are let in. */
    boolean areAny() {
        return any;
    }

    /** Whether pages without an origin are let in. Any page can hide its origin. */
    public boolean isNullListed() {
        return listed.contains(NULL);
    }

    /** Whether some pages are let in by name. */
    boolean areListed() {
        return !listed.isEmpty();
    }

    /**
     * Whether a request may be answered.
     *
     * @param origins the values of all its {@code Origin} headers: none if it is not from a browser
     * @param host its {@code Host} header
     * @param secure whether the request came to this server by TLS; then pages that were loaded without TLS may not make it
     */
    boolean allow(List<String> origins, @Nullable String host, boolean secure) {
        if (origins.isEmpty()) {
            return true;
        }
        return origins.size() == 1
                && (any || listed.contains(origins.get(0)) || isSameHost(origins.get(0), host, secure));
    }

    private static boolean isSameHost(String origin, @Nullable String host, boolean secure) {
        var parts = WEB.matcher(origin);
        if (host == null || !parts.matches() || (secure && parts.group("scheme").equals("http"))) {
            return false;
        }
        var defaultPort = parts.group("scheme").equals("https") ? ":443" : ":80";
        return withPort(origin.substring(origin.indexOf("//") + 2), defaultPort)
                .equals(withPort(host.toLowerCase(Locale.ROOT), defaultPort));
    }

    private static String withPort(String host, String defaultPort) {
        return host.lastIndexOf(':') > host.lastIndexOf(']') ? host : host + defaultPort;
    }
}
