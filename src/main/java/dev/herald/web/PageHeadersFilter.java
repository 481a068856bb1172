package dev.herald.web;

import jakarta.inject.Inject;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.regex.Pattern;

/**
 * Tells browsers what the board's pages may do: load their own files, talk to their own server, and nothing else. What Socket.IO
 * answers is no page, and comes very often: of it they are only told to take no answer for another type than it says.
 */
@SuppressWarnings("serial") // never serialised
public class PageHeadersFilter extends HttpFilter {

    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9.:\\[\\]-]{1,260}");

    @Inject
    transient SocketIoPath socketIo;

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        response.setHeader("X-Content-Type-Options", "nosniff");
        if (!socketIo.covers(request)) {
            sayWhatPagesMayDo(request, response);
        }
        chain.doFilter(request, response);
    }

    private static void sayWhatPagesMayDo(HttpServletRequest request, HttpServletResponse response) {
        var host = request.getHeader("Host");
        // For some browsers, ws: is not part of the page's own origin.
        var sockets = host != null && HOST.matcher(host).matches() ? " ws://" + host + " wss://" + host : "";
        response.setHeader(
                "Content-Security-Policy",
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'"
                        + sockets + "; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
        response.setHeader("Referrer-Policy", "same-origin");
        // Pages are personal, and scripts change with the server: browsers ask again, and get 304 if nothing changed.
        response.setHeader("Cache-Control", "private, no-cache");
    }
}
