package dev.herald.web;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which web pages may talk to this server (RFC 6455, 10.2, "Origin Considerations"): those of the same host, and those of the
 * listed origins. A browser says truthfully where a page is from; without this check any page could speak in its visitor's name.
 */
public final class Origins {

    /** An origin as browsers write it (RFC 6454, 6.2): lower case, no path, no user. */
    private static final Pattern ORIGIN =
            Pattern.compile("(?<scheme>https?)://(?<host>[a-z0-9._-]+|\\[[0-9a-f:.]+])(?::(?<port>[0-9]{1,5}))?");

    private final Set<String> listed;

    /**
     * The origins besides the server's own.
     *
     * @param listed each as browsers write it, for example {@code https://app.example}
     */
    public Origins(List<String> listed) {
        for (var origin : listed) {
            if (!ORIGIN.matcher(origin).matches()) {
                throw new IllegalArgumentException(
                        "herald.origins: \"" + origin + "\" is not an origin such as https://app.example");
            }
        }
        this.listed = Set.copyOf(listed);
    }

    /**
     * Whether a request may be answered.
     *
     * @param origins the values of all its {@code Origin} headers: none if it is not from a browser
     * @param host its {@code Host} header
     * @param secure whether it came over TLS to this server; then a page that did not may not make it
     */
    public boolean allow(List<String> origins, @Nullable String host, boolean secure) {
        if (origins.isEmpty()) {
            return true;
        }
        return origins.size() == 1 && (listed.contains(origins.get(0)) || isSameHost(origins.get(0), host, secure));
    }

    private static boolean isSameHost(String origin, @Nullable String host, boolean secure) {
        var parts = ORIGIN.matcher(origin);
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
