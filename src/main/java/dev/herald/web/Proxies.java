package dev.herald.web;

import jakarta.servlet.http.HttpServletRequest;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The reverse proxies that are believed when they say whom they ask for, by {@code X-Forwarded-For}, {@code -Proto}, {@code -Host}
 * and {@code -Prefix}. What other senders say in these headers counts for nothing. Immutable.
 */
public final class Proxies {

    /** Nobody is believed. */
    public static final Proxies NONE = new Proxies(List.of());

    /** How many addresses of one {@code X-Forwarded-For} are looked at, the last ones. */
    private static final int MAX_HOPS = 20;

    private static final Pattern LITERAL =
            Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");
    private static final Pattern WITH_PORT = Pattern.compile("\\[([^]]+)](?::[0-9]+)?|([0-9.]+):[0-9]+");
    private static final Pattern HOST =
            Pattern.compile("([A-Za-z0-9._-]{1,253}|\\[[0-9A-Fa-f:.]{2,45}])(:[0-9]{1,5})?");
    private static final Pattern PREFIX = Pattern.compile("(/[A-Za-z0-9_~%-][A-Za-z0-9._~%-]{0,63}){1,8}/?");

    private final List<Network> networks;

    /** Addresses whose first bits are these. */
    private record Network(InetAddress address, int bits) {

        static Network of(String text) {
            var slash = text.indexOf('/');
            var address = literal(slash < 0 ? text : text.substring(0, slash))
                    .orElseThrow(() -> new IllegalArgumentException("herald.proxies: \"" + text
                            + "\" is no address such as 10.0.0.1, and no network such as 10.0.0.0/8"));
            var all = address.getAddress().length * 8;
            try {
                var bits = slash < 0 ? all : Integer.parseInt(text.substring(slash + 1));
                if (bits >= 0 && bits <= all) {
                    return new Network(address, bits);
                }
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("herald.proxies: \"" + text + "\" has no number after the slash", e);
            }
            throw new IllegalArgumentException(
                    "herald.proxies: \"" + text + "\" has no number from 0 to " + all + " after the slash");
        }

        boolean has(InetAddress one) {
            var own = address.getAddress();
            var other = one.getAddress();
            if (other.length != own.length) {
                return false;
            }
            for (var bit = 0; bit < bits; bit++) {
                var mask = 0x80 >> (bit % 8);
                if (((own[bit / 8] ^ other[bit / 8]) & mask) != 0) {
                    return false;
                }
            }
            return true;
        }
    }

    /**
     * @param networks each an address, or a network with the number of its bits, such as {@code 10.0.0.0/8}
     * @throws IllegalArgumentException when one is neither
     */
    public Proxies(List<String> networks) {
        this.networks = networks.stream().map(Network::of).toList();
    }

    /** The request as the outermost believed proxy has got it; the request itself if it is from none. */
    HttpServletRequest view(HttpServletRequest request) {
        if (networks.isEmpty() || !isBelieved(request.getRemoteAddr())) {
            return request;
        }
        return new ForwardedRequest(
                request,
                client(request).orElse(request.getRemoteAddr()),
                last(request, "X-Forwarded-Proto").filter(one -> one.equals("https") || one.equals("http")),
                last(request, "X-Forwarded-Host")
                        .filter(one -> HOST.matcher(one).matches()),
                last(request, "X-Forwarded-Prefix")
                        .filter(one -> PREFIX.matcher(one).matches()));
    }

    /** The last address that is none of a believed proxy, or else the first one; what is before an unreadable one does not count. */
    private Optional<String> client(HttpServletRequest request) {
        var hops = all(request, "X-Forwarded-For");
        Optional<String> found = Optional.empty();
        for (var n = hops.size() - 1; n >= Math.max(0, hops.size() - MAX_HOPS); n--) {
            var hop = withoutPort(hops.get(n));
            if (literal(hop).isEmpty()) {
                return found;
            }
            found = Optional.of(hop);
            if (!isBelieved(hop)) {
                return found;
            }
        }
        return found;
    }

    private boolean isBelieved(String address) {
        return address != null
                && literal(address)
                        .filter(one -> networks.stream().anyMatch(network -> network.has(one)))
                        .isPresent();
    }

    private static String withoutPort(String hop) {
        var parts = WITH_PORT.matcher(hop);
        if (!parts.matches()) {
            return hop;
        }
        return parts.group(1) != null ? parts.group(1) : parts.group(2);
    }

    private static Optional<String> last(HttpServletRequest request, String name) {
        var all = all(request, name);
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
    }

    private static List<String> all(HttpServletRequest request, String name) {
        var all = new ArrayList<String>();
        for (var line : Collections.list(request.getHeaders(name))) {
            Arrays.stream(line.split(",")).map(String::strip).forEach(all::add);
        }
        return all;
    }

    /** An address that is written as such; no name is looked up. */
    private static Optional<InetAddress> literal(String text) {
        if (!LITERAL.matcher(text).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.getByName(text));
        } catch (UnknownHostException e) {
            // It only looks like one, such as 300.0.0.1.
            return Optional.empty();
        }
    }
}
