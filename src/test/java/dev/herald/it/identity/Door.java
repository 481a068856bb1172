package dev.herald.it.identity;

import dev.herald.api.Herald;
import jakarta.annotation.security.DeclareRoles;
import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * Where users sign in ({@code /door/in}) and out ({@code /door/out}, {@code /door/everywhere?user=}), and where a session becomes one
 * that ends soon unless it is used ({@code /door/short}).
 */
@WebServlet("/door/*")
@DeclareRoles("clerk")
@SuppressWarnings("serial") // never serialised
public class Door extends HttpServlet {

    private static final int SHORT_SECONDS = 2;

    @Inject
    transient Herald herald;

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        switch (request.getPathInfo()) {
            case "/in" -> response.getWriter().print(request.getSession().getId() + " " + request.getRemoteUser());
            case "/short" -> request.getSession().setMaxInactiveInterval(SHORT_SECONDS);
            case "/out" -> request.getSession().invalidate();
            case "/everywhere" -> herald.signOut(request.getParameter("user"));
            default -> response.setStatus(HttpServletResponse.SC_NOT_FOUND);
        }
    }
}
