package dev.herald.web;

import dev.herald.api.PersonPrincipal;
import dev.herald.engine.EngineServer;
import dev.herald.engine.EngineServlet;
import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServletRequest;

/** Temporary until the edge lands. */
@WebServlet(urlPatterns = "/socket.io/*", asyncSupported = true)
@SuppressWarnings("serial") // never serialised
public class SocketIoServlet extends EngineServlet {

    @Inject
    transient EngineServer server;

    @Override
    protected EngineServer server() {
        return server;
    }

    @Override
    protected boolean isAllowed(HttpServletRequest request) {
        return true;
    }

    @Override
    protected boolean isProven(HttpServletRequest request) {
        return request.getUserPrincipal() instanceof PersonPrincipal visitor && visitor.isProven();
    }
}
