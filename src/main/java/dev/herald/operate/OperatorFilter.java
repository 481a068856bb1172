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
import org.jspecify.annotations.Nullable;

/**
 * Lets operators pass, and nobody else (403): users with the container's role {@value #ROLE}; and, when the container has
 * authenticated nobody, requests of this machine itself. Those must not have come through a proxy, and must name this machine as the
 * host, so that a page of another site cannot make the operator's browser ask by a name of its own.
 */
@SuppressWarnings("serial") // never serialised
public class OperatorFilter extends HttpFilter {

    /** The role of those who may see all connections, and end them. */
    public static final String ROLE = "herald-operator";

    private static final Set<String> HERE = Set.of("127.0.0.1", "0:0:0:0:0:0:0:1", "::1");
    private static final Pattern NAME_OF_HERE = Pattern.compile("(localhost|127\\.0\\.0\\.1|\\[::1])(:[0-9]{1,5})?");
    private static final List<String> OF_PROXIES =
            List.of("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP");

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (isOperator(request)) {
            chain.doFilter(request, response);
        } else {
            response.sendError(HttpServletResponse.SC_FORBIDDEN);
        }
    }

    private static boolean isOperator(HttpServletRequest request) {
        return request.getUserPrincipal() != null ? request.isUserInRole(ROLE) : isFromHere(request);
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
