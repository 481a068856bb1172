package dev.herald.web;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.WARNING;

import dev.herald.api.Credentials;
import dev.herald.api.Handshake;
import dev.herald.api.Login;
import dev.herald.api.Person;
import dev.herald.api.PersonPrincipal;
import dev.herald.engine.EngineServlet;
import dev.herald.forward.Forwarder;
import dev.herald.http.Problem;
import dev.herald.request.Authentication;
import dev.herald.request.ErrorCode;
import dev.herald.request.Logins;
import dev.herald.request.Quotas;
import dev.herald.request.RejectedException;
import dev.herald.request.Reply;
import dev.herald.request.Reply.Rejected;
import jakarta.inject.Inject;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UnsupportedEncodingException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Runs before everything that Herald serves. It refuses requests by pages of foreign origins, and makes the request's principal
 * a {@link PersonPrincipal} for WebSocket sessions and Faces pages. It also gives guests their cookie.
 *
 * <p>For Socket.IO's path it refuses no origin, because Socket.IO has its own error for that. There the servlet sets the
 * cookie: files that caches keep, and answers to foreign pages, must not have one.
 */
@SuppressWarnings("serial") // never serialised
public class VisitorFilter extends HttpFilter {

    private static final System.Logger LOG = System.getLogger(VisitorFilter.class.getName());
    private static final String API = "/api/";
    private static final String SECRET_COOKIE = "herald-guest";
    private static final String NAME_COOKIE = "herald-name";
    /** The request attribute with the cookie of a new guest, with which the guest can come back. */
    private static final String NEW_COOKIE = VisitorFilter.class.getName() + ".newCookie";

    /** Who shows nothing within a session that has begun: the session knows who it is. Nothing is proven by it. */
    private static final PersonPrincipal SOMEBODY = new PersonPrincipal(
            Visitors.guest(Visitors.newSecret(), null), false, Set.of(), Handshake.from(""), Login.LASTING);

    private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");
    private static final int FORBIDDEN = HttpServletResponse.SC_FORBIDDEN;
    private static final int TOO_MANY = 429;

    private final transient Handshakes handshakes = new Handshakes();

    @Inject
    transient Origins origins;

    @Inject
    transient Proxies proxies;

    @Inject
    transient Forwarder forwarder;

    @Inject
    transient SocketIoPath socketIo;

    @Inject
    transient RoleNames roleNames;

    @Inject
    transient Quotas quotas;

    @Inject
    transient LoginSessions sessions;

    @Inject
    transient Authentication authentication;

    @Inject
    transient Logins logins;

    @Override
    protected void doFilter(HttpServletRequest asked, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        var request = forwarder.view(proxies.view(asked));
        var isSocketIo = socketIo.covers(request);
        if (!isUpgrade(request) && !(isSocketIo && request.getUserPrincipal() != null)) {
            readAsUtf8(request);
        }
        if (request.getUserPrincipal() instanceof PersonPrincipal) {
            // The filter has run already, here or on another node.
            chain.doFilter(request, response);
            return;
        }
        if (!isSocketIo && doesSomething(request) && !origins.allow(request)) {
            if (request.getServletPath().startsWith(API)) {
                Problem.ofOrigin().answer().write(response, true);
            } else {
                refuse(
                        response,
                        "this origin may not connect; the server's setting herald.origins lists those that may");
            }
            return;
        }
        try {
            var visitor = known(request).orElseGet(() -> newGuest(request));
            var tooMany = isArrival(request, isSocketIo) ? quotas.chargeGuest(visitor) : Optional.<Rejected>empty();
            if (tooMany.isPresent()) {
                turnAway(request, response, tooMany.get());
                return;
            }
            if (!isSocketIo) {
                giveCookie(request, response);
            }
            chain.doFilter(new VisitorRequest(request, visitor), response);
        } catch (RejectedException e) {
            LOG.log(DEBUG, () -> "a request with a token is refused: " + e.getMessage());
            refuseToken(response, e.reply());
        } catch (UnusableNameException e) {
            LOG.log(WARNING, () -> "a signed-in user was refused: " + e.getMessage());
            refuse(response, "your user name cannot be used here");
        }
    }

    /**
     * Browsers send forms and URLs in UTF-8 but do not say so; servers would assume another encoding. Not for polls of signed-in
     * users, nor for upgrades to WebSocket: a container that has read the parameters already, to see who it is or whether the
     * upgrade is its own, would warn with each of them.
     */
    private static void readAsUtf8(HttpServletRequest request) throws UnsupportedEncodingException {
        if (request.getCharacterEncoding() == null) {
            request.setCharacterEncoding("UTF-8");
        }
    }

    /** Gives a new guest the cookie to come back with. Known visitors, and pages that are not listed by name, get none. */
    static void giveCookie(HttpServletRequest request, HttpServletResponse response) {
        if (request.getAttribute(NEW_COOKIE) instanceof String cookie) {
            response.addHeader("Set-Cookie", cookie);
        }
    }

    private static boolean isUpgrade(HttpServletRequest request) {
        return request.getHeader("Upgrade") != null;
    }

    /** Any page may link to ours, but only allowed origins may open connections and send forms. */
    private static boolean doesSomething(HttpServletRequest request) {
        return isUpgrade(request) || !READING.contains(request.getMethod());
    }

    /** Whether a request opens a connection, or is one by itself; pages and their files are read as often as anybody likes. */
    private static boolean isArrival(HttpServletRequest request, boolean isSocketIo) {
        if (isSocketIo) {
            var query = request.getQueryString();
            return query != null && query.contains("transport=") && !query.contains("sid=");
        }
        return isUpgrade(request) || request.getServletPath().startsWith(API);
    }

    /** Too many new guests came from there. */
    private static void turnAway(HttpServletRequest request, HttpServletResponse response, Rejected tooMany)
            throws IOException {
        var seconds = (tooMany.retryAfterMillis().orElse(0) + 999) / 1_000;
        if (request.getServletPath().startsWith(API)) {
            new Problem(TOO_MANY, tooMany.word(), tooMany.sentence(), tooMany.retryAfterMillis())
                    .answer()
                    .write(response, true);
        } else {
            response.setHeader("Retry-After", Long.toString(seconds));
            answer(response, TOO_MANY, tooMany.sentence());
        }
    }

    private static void answer(HttpServletResponse response, int status, String sentence) throws IOException {
        response.setStatus(status);
        response.setContentType("text/plain;charset=UTF-8");
        response.getWriter().println(sentence);
    }

    private static void refuse(HttpServletResponse response, String sentence) throws IOException {
        answer(response, FORBIDDEN, sentence);
    }

    /** Whom the request shows that it is from, if it does and may. */
    private Optional<PersonPrincipal> known(HttpServletRequest request) {
        var user = request.getUserPrincipal();
        var token = user == null && authentication.takesTokens() ? BearerTokens.of(request) : Optional.<String>empty();
        if (token.isPresent()) {
            // A page has a token only if its user has given it, so it counts also for pages that are not listed by
            // name.
            return Optional.of(bearer(request, token.get()));
        } else if (origins.isStranger(request)) {
            return Optional.empty();
        }
        var guest = cookie(request, nameOf(SECRET_COOKIE, request)).filter(Visitors::isSecret);
        if (user == null) {
            if (!isWithinSession(request)) {
                sessions.nobody(request);
            }
            return guest.map(secret -> guest(request, secret, true));
        }
        return Optional.of(user(request, user, guest));
    }

    private PersonPrincipal user(HttpServletRequest request, Principal user, Optional<String> guest) {
        var login = Login.LASTING;
        if (!isWithinSession(request)) {
            guest.ifPresent(secret -> dismiss(request, secret));
            login = sessions.login(request, user);
        }
        return new PersonPrincipal(user(user), true, rolesOf(request), handshake(request), login);
    }

    /** Of such a request only the person counts: Engine.IO's session keeps all else from the first one. */
    private boolean isWithinSession(HttpServletRequest request) {
        return socketIo.covers(request) && EngineServlet.parameter(request, "sid") != null;
    }

    /**
     * The person whose token a request shows.
     *
     * @throws RejectedException when the token is not valid
     */
    private PersonPrincipal bearer(HttpServletRequest request, String token) {
        if (token.isEmpty() || token.length() > Credentials.MAX_TOKEN) {
            throw new RejectedException(ErrorCode.UNAUTHORIZED, "the token is too long or empty");
        }
        var handshake = handshake(request);
        var identity = authentication
                .authenticate(new Credentials(token, handshake))
                .orElseThrow(() -> new RejectedException(ErrorCode.UNAUTHORIZED, "the token is not valid"));
        var visitor = new PersonPrincipal(identity.person(), true, Set.of(), handshake, Login.LASTING).as(identity);
        if (logins.isOver(visitor)) {
            throw new RejectedException(ErrorCode.UNAUTHORIZED, "the token has expired");
        }
        return visitor;
    }

    /**
     * A guest has signed in: its connections end, and its cookie, so that nobody who uses this browser later is this guest. Its
     * private channel is nobody's any more.
     */
    private void dismiss(HttpServletRequest request, String secret) {
        request.setAttribute(
                NEW_COOKIE,
                nameOf(SECRET_COOKIE, request) + "=; Path=" + ForwardedRequest.applicationPath(request)
                        + "; Max-Age=0; HttpOnly; SameSite=Lax");
        logins.signOut(Visitors.guest(secret, null).id(), "you have signed in: connect anew");
    }

    private static void refuseToken(HttpServletResponse response, Reply.Rejected reply) throws IOException {
        if (reply.code() == ErrorCode.UNAUTHORIZED) {
            response.setHeader("WWW-Authenticate", "Bearer error=\"invalid_token\"");
        }
        Problem.of(reply).answer().write(response, true);
    }

    private PersonPrincipal newGuest(HttpServletRequest request) {
        if (isWithinSession(request)) {
            return SOMEBODY;
        }
        var secret = Visitors.newSecret();
        if (!origins.isStranger(request)) {
            var secure = request.isSecure() ? "; Secure" : "";
            request.setAttribute(
                    NEW_COOKIE,
                    nameOf(SECRET_COOKIE, request) + "=" + secret + "; Path="
                            + ForwardedRequest.applicationPath(request) + "; Max-Age=31536000; HttpOnly; SameSite=Lax"
                            + secure);
        }
        return guest(request, secret, false);
    }

    private PersonPrincipal guest(HttpServletRequest request, String secret, boolean isProven) {
        return new PersonPrincipal(
                Visitors.guest(secret, chosenName(request)), isProven, Set.of(), handshake(request), Login.LASTING);
    }

    /** The roles of a user whom the container knows: of those that anybody here asks for. */
    private Set<String> rolesOf(HttpServletRequest request) {
        var roles = roleNames.values().stream().filter(request::isUserInRole).collect(Collectors.toSet());
        roles.add(PersonPrincipal.SIGNED_IN);
        return roles;
    }

    private Handshake handshake(HttpServletRequest request) {
        return isWithinSession(request) ? Handshake.from(Handshakes.address(request)) : handshakes.of(request);
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
                : cookie(request, nameOf(NAME_COOKIE, request))
                        .map(VisitorFilter::decoded)
                        .orElse(null);
    }

    private static @Nullable String decoded(String percentEncoded) {
        try {
            return URLDecoder.decode(percentEncoded, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            // Somebody edited the cookie: treated as if there were none.
            return null;
        }
    }

    /** Each application of a server has cookies of its own, as browsers send the root application's to all of them. */
    private static String nameOf(String cookie, HttpServletRequest request) {
        var path = request.getContextPath();
        return path.isEmpty() ? cookie : cookie + "-" + URLEncoder.encode(path.substring(1), StandardCharsets.UTF_8);
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
