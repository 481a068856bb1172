package dev.herald.board;

import dev.herald.api.Person;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The name that a guest chose to be shown under, as docs/feed.md ("Who you are") has it. */
final class DisplayName {

    private static final String COOKIE = "herald-name";
    private static final int ONE_YEAR_IN_SECONDS = 365 * 24 * 60 * 60;

    private DisplayName() {}

    /** What is wrong with a name, as a sentence for the visitor. */
    static Optional<String> problem(String name) {
        if (name.isBlank()) {
            return Optional.of("A name has at least one letter.");
        }
        if (name.strip().length() > Person.MAX_NAME) {
            return Optional.of("A name has at most " + Person.MAX_NAME + " characters.");
        }
        if (name.chars().anyMatch(DisplayName::isControl)) {
            return Optional.of("A name is a single line without control characters.");
        }
        return Optional.empty();
    }

    private static boolean isControl(int c) {
        var type = Character.getType(c);
        return type == Character.CONTROL || type == Character.LINE_SEPARATOR || type == Character.PARAGRAPH_SEPARATOR;
    }

    /**
     * The value of the header {@code Set-Cookie} that keeps a name for a year. Written by hand, because not every server's API
     * has a cookie's {@code SameSite}. It has no path: so browsers send it to all below the directory of the page whose form was
     * sent, which is the application as they see it, also through a proxy that puts something before its path.
     *
     * @param name a name without a problem
     * @param application the request's context path; each application of a server has a cookie of its own
     * @param secure whether the page came by https:
     */
    static String cookie(String name, String application, boolean secure) {
        var cookie = application.isEmpty()
                ? COOKIE
                : COOKIE + "-" + URLEncoder.encode(application.substring(1), StandardCharsets.UTF_8);
        return cookie + "=" + encode(name.strip()) + "; Max-Age=" + ONE_YEAR_IN_SECONDS + "; HttpOnly; SameSite=Lax"
                + (secure ? "; Secure" : "");
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
