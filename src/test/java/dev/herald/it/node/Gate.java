package dev.herald.it.node;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Sees each request to Socket.IO before Herald does. */
@WebFilter(urlPatterns = "/socket.io/*", asyncSupported = true)
@SuppressWarnings("serial") // never serialised
public class Gate extends HttpFilter {

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if ("yes".equals(request.getHeader("x-banned"))) {
            // io.engine.use((req, res, next) => …), allowRequest
            response.sendError(403);
            return;
        }
        // io.engine.on("headers", (headers, req) => …)
        response.setHeader("x-shop", "open");
        chain.doFilter(request, response);
    }
}
