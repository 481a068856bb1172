package dev.herald.web;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * The page that visitors see instead of the server's own, which may tell its version and our exceptions. The container hands requests
 * over here that have failed or found nothing.
 */
@SuppressWarnings("serial") // never serialised
public class ErrorServlet extends HttpServlet {

    private static final int SERVER_ERROR = HttpServletResponse.SC_INTERNAL_SERVER_ERROR;

    /** By any method: a form that is sent can fail, too. */
    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        var code = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE) instanceof Integer status
                ? status
                : HttpServletResponse.SC_NOT_FOUND;
        var heading = OldFormFilter.isRefused(request) ? "This page is too old" : heading(code);
        response.setStatus(code);
        response.setContentType("text/html;charset=UTF-8");
        response.getWriter().write(page(code, heading, home(request)));
    }

    private static String heading(int code) {
        return switch (code) {
            case HttpServletResponse.SC_NOT_FOUND -> "There is nothing here";
            case HttpServletResponse.SC_FORBIDDEN, HttpServletResponse.SC_UNAUTHORIZED -> "You may not see this";
            default -> code >= SERVER_ERROR ? "The server made a mistake" : "The server does not take this request";
        };
    }

    /** Where the board is, as far as the server knows; a context path has no characters that mean something in HTML. */
    private static String home(HttpServletRequest request) {
        var path = ForwardedRequest.applicationPath(request).replaceAll("[\"<>&']", "");
        return path.endsWith("/") ? path : path + "/";
    }

    private static String page(int code, String heading, String home) {
        return """
                <!DOCTYPE html>
                <html lang="en">
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width">
                <title>%1$s</title>
                <h1>%1$s</h1>
                <p>Error %2$d. <a href="%3$s">Open the message board</a></p>
                </html>
                """.formatted(heading, code, home);
    }
}
