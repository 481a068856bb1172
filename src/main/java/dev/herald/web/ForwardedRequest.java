package dev.herald.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A request as the client has sent it to a proxy in front of this server. Used by the threads of its request. */
final class ForwardedRequest extends HttpServletRequestWrapper {

    private static final String HOST = "Host";

    private final String address;
    private final Optional<String> scheme;
    private final Optional<String> host;
    private final String prefix;

    /**
     * @param scheme empty for the one by which the proxy asks
     * @param host with its port, if it is not the usual one; empty for the one that the proxy asks for
     * @param prefix what the proxy has taken off the path
     */
    ForwardedRequest(
            HttpServletRequest request,
            String address,
            Optional<String> scheme,
            Optional<String> host,
            Optional<String> prefix) {
        super(request);
        this.address = address;
        this.scheme = scheme;
        this.host = host;
        this.prefix = prefix.map(one -> one.endsWith("/") ? one.substring(0, one.length() - 1) : one)
                .orElse("");
    }

    /** Where browsers see the application of a request: its context path behind what a proxy has put before it. */
    static String applicationPath(HttpServletRequest request) {
        var path = (request instanceof ForwardedRequest forwarded ? forwarded.prefix : "") + request.getContextPath();
        return path.isEmpty() ? "/" : path;
    }

    @Override
    public String getRemoteAddr() {
        return address;
    }

    @Override
    public String getRemoteHost() {
        return address;
    }

    @Override
    public String getScheme() {
        return scheme.orElseGet(super::getScheme);
    }

    @Override
    public boolean isSecure() {
        return scheme.map("https"::equals).orElseGet(super::isSecure);
    }

    @Override
    public @Nullable String getHeader(String name) {
        return host.isPresent() && name.equalsIgnoreCase(HOST) ? host.get() : super.getHeader(name);
    }

    @Override
    public Enumeration<String> getHeaders(String name) {
        return host.isPresent() && name.equalsIgnoreCase(HOST)
                ? Collections.enumeration(List.of(host.get()))
                : super.getHeaders(name);
    }
}
