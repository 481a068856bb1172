package dev.herald.web;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.WARNING;

import dev.herald.api.PersonPrincipal;
import dev.herald.request.Guesses;
import jakarta.inject.Inject;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.eclipse.microprofile.config.ConfigProvider;

/**
 * Signs users of the container in and out on the board: {@code GET /login} shows the form, {@code POST /login} takes {@code user} and
 * {@code password}, {@code POST /logout} ends the HTTP session, and with it the connections of that login. {@code to=monitor} leads to
 * the monitor afterwards, all else to the board. There is nothing here unless {@code herald.login} is set. {@link VisitorFilter} has
 * refused forms of foreign pages. Who gives too many wrong passwords is answered 429 until {@link Guesses} lets the next one pass.
 */
@SuppressWarnings("serial") // never serialised
public class LoginServlet extends HttpServlet {

    private static final System.Logger LOG = System.getLogger(LoginServlet.class.getName());
    private static final String MONITOR = "monitor";

    @Inject
    transient LoginSessions sessions;

    @Inject
    transient Guesses guesses;

    @Inject
    transient Origins origins;

    boolean isOffered;

    @Override
    public void init() {
        isOffered = ConfigProvider.getConfig()
                .getOptionalValue("herald.login", Boolean.class)
                .orElse(false);
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        if (isOffered && request.getServletPath().equals("/login")) {
            request.getRequestDispatcher("/login.xhtml").forward(request, response);
        } else {
            response.sendError(HttpServletResponse.SC_NOT_FOUND);
        }
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        if (!isOffered) {
            response.sendError(HttpServletResponse.SC_NOT_FOUND);
        } else if (origins.isStranger(request)) {
            // Such pages may come in as guests, but neither end the login of their visitors nor give them another one.
            response.sendError(HttpServletResponse.SC_FORBIDDEN);
        } else if (request.getServletPath().equals("/logout")) {
            signOut(request);
            goTo(response, "./");
        } else {
            signIn(request, response);
        }
    }

    private void signIn(HttpServletRequest request, HttpServletResponse response) throws ServletException, IOException {
        var place = MONITOR.equals(request.getParameter("to")) ? "&to=monitor" : "";
        var user = request.getParameter("user");
        var password = request.getParameter("password");
        if (user == null || password == null) {
            goTo(response, "login?failed=true" + place);
            return;
        }
        var wait = guesses.begin(request.getRemoteAddr(), user);
        if (wait.isPresent()) {
            TooManyGuesses.say(response, wait.get());
            request.setAttribute("tooMany", true);
            request.getRequestDispatcher("/login.xhtml").forward(request, response);
        } else if (!isRight(request, user, password)) {
            goTo(response, "login?failed=true" + place);
        } else {
            guesses.right(request.getRemoteAddr(), user);
            if (isUsable(user)) {
                goTo(response, place.isEmpty() ? "./" : "monitor.xhtml");
            } else {
                signOut(request);
                goTo(response, "login?failed=name" + place);
            }
        }
    }

    /** Else each page would be refused, and the one to sign out as well. */
    private static boolean isUsable(String user) {
        try {
            Visitors.user(user);
            return true;
        } catch (IllegalArgumentException e) {
            LOG.log(WARNING, () -> "a user cannot sign in: " + e.getMessage());
            return false;
        }
    }

    /** The session gets another id, so that one that somebody else has planted is worth nothing. Who is not signed in gets none. */
    private boolean isRight(HttpServletRequest request, String user, String password) throws ServletException {
        signOut(request);
        var session = request.getSession();
        try {
            request.login(user, password);
        } catch (ServletException e) {
            // The container's own log says more.
            LOG.log(DEBUG, "a login failed", e);
            session.invalidate();
            return false;
        }
        request.changeSessionId();
        return true;
    }

    /** Ends the session, and the connections of its login at once. */
    private void signOut(HttpServletRequest request) throws ServletException {
        var session = request.getSession(false);
        if (session != null) {
            sessions.ended(session.getId());
            session.invalidate();
        }
        if (request.getUserPrincipal() instanceof PersonPrincipal visitor
                && visitor.roles().contains(PersonPrincipal.SIGNED_IN)) {
            request.logout();
        }
    }

    /** Relative, as only the browser knows what a proxy has taken off the path. */
    private static void goTo(HttpServletResponse response, String place) {
        response.setStatus(HttpServletResponse.SC_SEE_OTHER);
        response.setHeader("Location", place);
    }
}
