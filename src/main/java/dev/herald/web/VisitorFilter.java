package dev.herald.web;

import static java.lang.System.Logger.Level.WARNING;

import dev.herald.api.Person;
import dev.herald.api.PersonPrincipal;
import jakarta.inject.Inject;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.util.Arrays;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Stands before all that Herald serves: refuses what pages of foreign origins try to do, and makes the request's principal a
 * {@link PersonPrincipal}, which WebSocket sessions and Faces pages then find. Guests get their cookie here.
 */
@SuppressWarnings("serial") // never serialised
public class VisitorFilter extends HttpFilter {

    private static final System.Logger LOG = System.getLogger(VisitorFilter.class.getName());
    private static final String SECRET_COOKIE = "herald-guest";
    private static final String NAME_COOKIE = "herald-name";
    private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");
    private static final int FORBIDDEN = HttpServletResponse.SC_FORBIDDEN;

    @Inject
    transient Origins origins;

    private final transient Visitors visitors = new Visitors();

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (doesSomething(request) && !isFromAllowedPage(request)) {
            refuse(response, "this origin may not connect; the server's setting herald.origins lists those that may");
            return;
        }
        try {
            chain.doFilter(new VisitorRequest(request, visitor(request, response)), response);
        } catch (UnusableNameException e) {
            LOG.log(WARNING, () -> "a signed-in user was refused: " + e.getMessage());
            refuse(response, "your user name cannot be used here");
        }
    }

    /** A page may be looked at from everywhere, but only our own may open connections and send forms. */
    private static boolean doesSomething(HttpServletRequest request) {
        return request.getHeader("Upgrade") != null || !READING.contains(request.getMethod());
    }

    /** Browsers leave the origin out of no handshake and no form; whoever does, and says by other headers that it is one, lies. */
    private boolean isFromAllowedPage(HttpServletRequest request) {
        var sent = Collections.list(request.getHeaders("Origin"));
        var browser = request.getHeader("Sec-Fetch-Site") != null;
        return !(sent.isEmpty() && browser) && origins.allow(sent, request.getHeader("Host"), request.isSecure());
    }

    private static void refuse(HttpServletResponse response, String sentence) throws IOException {
        response.setStatus(FORBIDDEN);
        response.setContentType("text/plain;charset=UTF-8");
        response.getWriter().println(sentence);
    }

    private PersonPrincipal visitor(HttpServletRequest request, HttpServletResponse response) {
        var user = request.getUserPrincipal();
        if (user != null) {
            return new PersonPrincipal(user(user));
        }
        var shown = cookie(request, SECRET_COOKIE).filter(Visitors::isSecret);
        var secret = shown.orElseGet(() -> newSecret(request, response));
        return new PersonPrincipal(Visitors.guest(secret, chosenName(request)), shown.isPresent());
    }

    private String newSecret(HttpServletRequest request, HttpServletResponse response) {
        var fresh = visitors.newSecret();
        var secure = request.isSecure() ? "; Secure" : "";
        response.addHeader(
                "Set-Cookie",
                SECRET_COOKIE + "=" + fresh + "; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax" + secure);
        return fresh;
    }

    private static Person user(Principal user) {
        try {
            return Visitors.user(user.getName());
        } catch (IllegalArgumentException e) {
            throw new UnusableNameException(String.valueOf(e.getMessage()));
        }
    }

    @SuppressWarnings("serial") // never serialised
    private static final class UnusableNameException extends RuntimeException {

        UnusableNameException(String message) {
            super(message);
        }
    }

    private static @Nullable String chosenName(HttpServletRequest request) {
        var asked = request.getMethod().equals("GET") ? request.getParameter("name") : null;
        return asked != null
                ? asked
                : cookie(request, NAME_COOKIE).map(VisitorFilter::decoded).orElse(null);
    }

    private static @Nullable String decoded(String percentEncoded) {
        try {
            return URLDecoder.decode(percentEncoded, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            // Somebody edited the cookie: as good as none.
            return null;
        }
    }

    private static Optional<String> cookie(HttpServletRequest request, String name) {
        var cookies = request.getCookies();
        return cookies == null
                ? Optional.empty()
                : Arrays.stream(cookies)
                        .filter(cookie -> cookie.getName().equals(name))
                        .map(cookie -> cookie.getValue())
                        .findFirst();
    }

    /** The request with the visitor as its principal. */
    private static final class VisitorRequest extends HttpServletRequestWrapper {

        private final PersonPrincipal principal;

        VisitorRequest(HttpServletRequest request, PersonPrincipal principal) {
            super(request);
            this.principal = principal;
        }

        @Override
        public Principal getUserPrincipal() {
            return principal;
        }

        @Override
        public String getRemoteUser() {
            return principal.getName();
        }
    }
}
