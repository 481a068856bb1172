package dev.herald.web;

import dev.herald.api.PersonPrincipal;
import dev.herald.engine.EngineServer;
import dev.herald.engine.EngineServlet;
import dev.herald.forward.Forwarder;
import dev.herald.forward.Visitor;
import jakarta.inject.Inject;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;

/**
 * Serves Socket.IO's connections, and below the same path the client's files for browsers. Pages of foreign origins cannot
 * begin a session. Pages of listed origins may read the answers. Requests of sessions that another node has are handed on to it.
 */
@SuppressWarnings("serial") // never serialised
public class SocketIoServlet extends EngineServlet {

    @Inject
    transient EngineServer server;

    @Inject
    transient Origins origins;

    @Inject
    transient Forwarder forwarder;

    private final transient ClientFiles files = new ClientFiles();

    @Override
    protected EngineServer server() {
        return server;
    }

    @Override
    protected boolean isAllowed(HttpServletRequest request) {
        return origins.allow(request);
    }

    @Override
    protected boolean isProven(HttpServletRequest request) {
        return request.getUserPrincipal() instanceof PersonPrincipal visitor && visitor.isProven();
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        if (request.getPathInfo() == null) {
            // The mapping also covers the path without its last slash. The reference server does not answer there.
            response.sendError(HttpServletResponse.SC_NOT_FOUND);
        } else if (!Cors.answer(origins, request, response) && !files.answer(request, response)) {
            if (begins(request) && isAllowed(request)) {
                VisitorFilter.giveCookie(request, response);
            }
            if (!forwarder.handOn(request, response, this::visitor)) {
                super.service(request, response);
            }
        }
    }

    /** Who is known here only by a cookie is known by it to all nodes, and perhaps as somebody else to the one with the session. */
    private Visitor visitor(HttpServletRequest request) {
        var person = request.getUserPrincipal() instanceof PersonPrincipal visitor
                        && visitor.isProven()
                        && visitor.isInRole(PersonPrincipal.SIGNED_IN)
                ? Optional.of(visitor.getName())
                : Optional.<String>empty();
        return new Visitor(person, !origins.isStranger(request));
    }

    private static boolean begins(HttpServletRequest request) {
        return request.getMethod().equals("GET") && parameter(request, "sid") == null;
    }
}
