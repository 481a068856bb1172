package dev.herald.operate;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;

/**
 * Lets operators pass, and nobody else: users with the container's role {@value #ROLE}. Who is signed in without it gets 403. When
 * nobody is signed in, it depends on whether the server has users, as {@code herald.login} says. If so, the monitor's page leads to the
 * login, {@code /metrics} lets the container ask for a password, and all else is 401. If not, requests of this machine itself pass.
 * Those must not have come through a proxy, and must name this machine as the host, so that a page of another site cannot make the
 * operator's browser ask by a name of its own.
 */
@SuppressWarnings("serial") // never serialised
public class OperatorFilter extends HttpFilter {

    /** The role of those who may see all connections, and end them. */
    public static final String ROLE = "herald-operator";

    private static final Set<String> HERE = Set.of("127.0.0.1", "0:0:0:0:0:0:0:1", "::1");
    private static final Pattern NAME_OF_HERE = Pattern.compile("(localhost|127\\.0\\.0\\.1|\\[::1])(:[0-9]{1,5})?");
    private static final List<String> OF_PROXIES =
            List.of("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP");

    private boolean hasUsers;

    @Override
    public void init() {
        hasUsers = ConfigProvider.getConfig()
                .getOptionalValue("herald.login", Boolean.class)
                .orElse(false);
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        var isSignedIn = request.getUserPrincipal() != null;
        if (isSignedIn ? request.isUserInRole(ROLE) : !hasUsers && isFromHere(request)) {
            chain.doFilter(request, response);
        } else if (isSignedIn || !hasUsers) {
            response.sendError(HttpServletResponse.SC_FORBIDDEN);
        } else if (request.getServletPath().equals("/metrics")) {
            authenticate(request, response, chain);
        } else if (request.getServletPath().endsWith(".xhtml")
                && request.getMethod().equals("GET")) {
            response.setStatus(HttpServletResponse.SC_SEE_OTHER);
            // Relative, as only the browser knows what a proxy has taken off the path.
            response.setHeader("Location", "login?to=monitor");
        } else {
            response.sendError(HttpServletResponse.SC_UNAUTHORIZED);
        }
    }

    /** By the container's own means: it has asked for the password when it does not know the user, if it can ask. */
    private static void authenticate(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (request.authenticate(response)) {
            if (request.getUserPrincipal() != null && request.isUserInRole(ROLE)) {
                chain.doFilter(request, response);
            } else {
                response.sendError(HttpServletResponse.SC_FORBIDDEN);
            }
        }
    }

    private static boolean isFromHere(HttpServletRequest request) {
        return isHere(
                request.getRemoteAddr(),
                request.getHeader("Host"),
                OF_PROXIES.stream().anyMatch(name -> request.getHeader(name) != null));
    }

    static boolean isHere(@Nullable String address, @Nullable String host, boolean isProxied) {
        return !isProxied
                && address != null
                && HERE.contains(address)
                && host != null
                && NAME_OF_HERE.matcher(host).matches();
    }
}
