package dev.herald.it.identity;

import dev.herald.api.Herald;
import jakarta.annotation.security.DeclareRoles;
import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Where users sign in ({@code /door/in}) and out ({@code /door/out}, {@code /door/everywhere?user=}). */
@WebServlet("/door/*")
@DeclareRoles("clerk")
@SuppressWarnings("serial") // never serialised
public class Door extends HttpServlet {

    @Inject
    transient Herald herald;

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        switch (request.getPathInfo()) {
            case "/in" -> response.getWriter().print(request.getSession().getId() + " " + request.getRemoteUser());
            case "/out" -> request.getSession().invalidate();
            case "/everywhere" -> herald.signOut(request.getParameter("user"));
            default -> response.setStatus(HttpServletResponse.SC_NOT_FOUND);
        }
    }
}
