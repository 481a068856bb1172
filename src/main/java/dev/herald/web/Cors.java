package dev.herald.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/**
 * Tells browsers that pages of other origins may read the answers (Fetch standard, "CORS protocol"), with the reference
 * server's headers. Adds nothing when no origin is listed.
 */
final class Cors {

    private static final String ORIGIN = "Origin";
    private static final String ASKED_HEADERS = "Access-Control-Request-Headers";

    private Cors() {}

    /** Adds the headers. Returns true for a preflight request, which needs no other answer. */
    static boolean answer(Origins origins, HttpServletRequest request, HttpServletResponse response) {
        var reader = origins.reader(request);
        reader.ifPresent(allowed -> {
            response.setHeader("Access-Control-Allow-Origin", allowed);
            if (!origins.areAny() && !origins.isStranger(request)) {
                response.setHeader("Access-Control-Allow-Credentials", "true");
            }
        });
        if (reader.isPresent() && request.getMethod().equals("OPTIONS")) {
            answerPreflight(origins, request, response);
            return true;
        }
        if (origins.areListed()) {
            // Added in any case: a cache must not give this answer to a page that needs the other headers.
            response.addHeader("Vary", ORIGIN);
        }
        return false;
    }

    private static void answerPreflight(Origins origins, HttpServletRequest request, HttpServletResponse response) {
        response.setStatus(HttpServletResponse.SC_NO_CONTENT);
        response.setHeader("Access-Control-Allow-Methods", "GET,HEAD,PUT,PATCH,POST,DELETE");
        var asked = request.getHeader(ASKED_HEADERS);
        if (asked != null) {
            response.setHeader("Access-Control-Allow-Headers", asked);
        }
        response.addHeader("Vary", origins.areListed() ? ORIGIN + ", " + ASKED_HEADERS : ASKED_HEADERS);
        response.setContentLength(0);
    }
}
