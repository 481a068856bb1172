package dev.herald.web;

import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;

/** The answer to those who have given too many wrong passwords (RFC 6585, 4). */
final class TooManyGuesses {

    static final int STATUS = 429;

    private TooManyGuesses() {}

    static void say(HttpServletResponse response, Duration wait) {
        response.setStatus(STATUS);
        response.setHeader("Retry-After", Long.toString(wait.plusMillis(999).toSeconds()));
    }
}
