package dev.herald.web;

import static java.lang.System.Logger.Level.DEBUG;

import dev.herald.api.PersonPrincipal;
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
 * refused forms of foreign pages.
 */
@SuppressWarnings("serial") // never serialised
public class LoginServlet extends HttpServlet {

    private static final System.Logger LOG = System.getLogger(LoginServlet.class.getName());
    private static final String MONITOR = "monitor";

    @Inject
    transient LoginSessions sessions;

    private boolean isOffered;

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
        } else if (request.getServletPath().equals("/logout")) {
            signOut(request);
            goTo(response, "./");
        } else {
            var isMonitor = MONITOR.equals(request.getParameter("to"));
            if (signIn(request)) {
                goTo(response, isMonitor ? "monitor.xhtml" : "./");
            } else {
                goTo(response, isMonitor ? "login?failed=true&to=monitor" : "login?failed=true");
            }
        }
    }

    /** The session gets another id, so that one that somebody else has planted is worth nothing. */
    private boolean signIn(HttpServletRequest request) throws ServletException {
        var user = request.getParameter("user");
        var password = request.getParameter("password");
        if (user == null || password == null) {
            return false;
        }
        signOut(request);
        request.getSession();
        try {
            request.login(user, password);
        } catch (ServletException e) {
            // The container's own log says more.
            LOG.log(DEBUG, "a login failed", e);
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
