package dev.herald.push;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/**
 * What a push service answered.
 *
 * @param status of HTTP; 0 when there was no answer
 * @param retryAfter the header {@code Retry-After}
 */
record PushAnswer(int status, Optional<String> retryAfter) {

    /** There was none. */
    static final PushAnswer NONE = new PushAnswer(0, Optional.empty());

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(5);
    private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);
    private static final int LONGER = 6;
    private static final long MOST_SECONDS = Duration.ofDays(1).toSeconds();

    static PushAnswer of(HttpResponse<?> response) {
        return new PushAnswer(response.statusCode(), response.headers().firstValue("Retry-After"));
    }

    boolean isTaken() {
        return status >= 200 && status < 300;
    }

    /** Whether the browser has ended its subscription. */
    boolean isGone() {
        return status == 404 || status == 410;
    }

    /** Whether it may be another one later. */
    boolean isPassing() {
        return status == 0 || status == 429 || status >= 500;
    }

    /** How long to wait before the next attempt: as the service says, or 5 s, 30 s, and so on. */
    Duration pause(int attempt, Instant now) {
        var usual = FIRST_PAUSE.multipliedBy((long) Math.pow(LONGER, attempt - 1));
        return retryAfter.map(text -> asked(text, now, usual)).orElse(usual);
    }

    private static Duration asked(String text, Instant now, Duration usual) {
        if (text.matches("[0-9]{1,9}")) {
            return Duration.ofSeconds(Math.max(1, Math.min(Long.parseLong(text), MOST_SECONDS)));
        }
        try {
            var until = Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text));
            return until.isAfter(now) ? Duration.between(now, until) : SHORTEST_PAUSE;
        } catch (DateTimeParseException e) {
            return usual;
        }
    }

    @Override
    public String toString() {
        return status == 0 ? "no answer" : "status " + status;
    }
}
