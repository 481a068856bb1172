package dev.herald.push;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which push services messages are sent to. Visitors tell their browser's service, so the address may be anybody's invention: without
 * these rules this server would send requests wherever a visitor wants, also to servers that only it can reach. Any thread may call.
 */
public final class PushServices {

    /** Those of the browsers that are in use: of Chrome and others that are made from it, Firefox, Safari and Edge. */
    public static final List<String> KNOWN =
            List.of("fcm.googleapis.com", "*.push.services.mozilla.com", "*.push.apple.com", "*.notify.windows.com");

    private static final String ANY = "*";
    private static final int HTTPS_PORT = 443;
    private static final Pattern HOST = Pattern.compile("(?:\\*\\.)?[a-z0-9-]+(?:\\.[a-z0-9-]+)+");
    private static final Pattern ORIGIN = Pattern.compile("https?://(?:[a-z0-9.-]+|\\[[0-9a-f:.]+])(?::[0-9]{1,5})?");
    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|\\[.*]");

    private final Set<String> origins;
    private final List<String> hosts;

    /** Finds the addresses of a host. */
    interface Resolver {

        InetAddress[] resolve(String host) throws UnknownHostException;
    }

    /**
     * Those that are listed.
     *
     * @param listed hosts, of which the first part may be {@code *}, or {@code *} for all: they are reached by HTTPS at public addresses.
     *     Or an origin, such as {@code http://127.0.0.1:8090}, which is reached as it stands
     * @throws IllegalArgumentException when one is neither
     */
    public PushServices(List<String> listed) {
        for (var one : listed) {
            if (!one.equals(ANY)
                    && !HOST.matcher(one).matches()
                    && !ORIGIN.matcher(one).matches()) {
                throw new IllegalArgumentException("herald.push.services: \"" + one
                        + "\" is not a host such as *.push.example, an origin such as https://push.example:8443, or *");
            }
        }
        origins = listed.stream().filter(one -> one.contains("://")).collect(Collectors.toUnmodifiableSet());
        hosts = listed.stream().filter(one -> !one.contains("://")).toList();
    }

    /** Whether messages for this device may be sent, as far as its address says. Looks nothing up. */
    public boolean allow(PushDevice device) {
        var address = device.address();
        return isOrigin(address) || isHost(address);
    }

    private boolean isOrigin(URI address) {
        return origins.contains(address.getScheme() + "://" + address.getRawAuthority());
    }

    private boolean isHost(URI address) {
        var host = address.getHost().toLowerCase(Locale.ROOT);
        return "https".equals(address.getScheme())
                && (address.getPort() < 0 || address.getPort() == HTTPS_PORT)
                && !ADDRESS.matcher(host).matches()
                && hosts.stream().anyMatch(listed -> fits(listed, host));
    }

    private static boolean fits(String listed, String host) {
        return listed.equals(ANY)
                || listed.equals(host)
                || (listed.startsWith("*.") && host.endsWith(listed.substring(1)));
    }

    /**
     * Whether a message may be sent to an address now: also the host's addresses are looked up, unless the origin is listed.
     *
     * @throws UnknownHostException when the host has no address
     */
    boolean allowNow(URI address, Resolver resolver) throws UnknownHostException {
        return isOrigin(address)
                || (isHost(address)
                        && Stream.of(resolver.resolve(address.getHost())).allMatch(PublicAddresses::isPublic));
    }
}
