package dev.herald.operate;

import java.util.Optional;
import org.eclipse.microprofile.config.Config;

/** Where the server listens, if it tells applications. Payara does, in MicroProfile Config. */
public final class ServerAddress {

    private ServerAddress() {}

    /**
     * The address to open in a browser on the server's own machine, with {@code /} at the end.
     *
     * @param contextPath as of the servlet context: empty, or beginning with {@code /}
     * @return empty when the server does not tell its port
     */
    public static Optional<String> of(Config config, String contextPath) {
        return config.getOptionalValue("payara.instance.http.port", Integer.class)
                .map(port -> "http://" + host(config) + (port == 80 ? "" : ":" + port) + contextPath + "/");
    }

    /** For "all addresses" and loopback addresses the result is {@code localhost}, which a browser can open. */
    private static String host(Config config) {
        var address = config.getOptionalValue("herald.address", String.class).orElse("");
        return switch (address) {
            case "", "0.0.0.0", "::", "127.0.0.1", "::1" -> "localhost";
            default -> address.contains(":") ? "[" + address + "]" : address;
        };
    }
}
