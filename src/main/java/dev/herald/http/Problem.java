package dev.herald.http;

import dev.herald.api.ConnectionAttempt;
import dev.herald.api.JsonBytes;
import dev.herald.nonblocking.BodyReader;
import dev.herald.request.ErrorCode;
import dev.herald.request.Reply;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import jakarta.json.spi.JsonProvider;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Why a request is refused, as its client is told (RFC 9457, "Problem Details for HTTP APIs").
 *
 * @param status of the answer
 * @param code the stable word for what is wrong
 * @param detail a sentence for people
 * @param retryAfterMillis after which time the same may succeed, if anybody knows
 * @param data more for the client's program; {@code null} when there is nothing more
 * @param instead as in {@link Reply.Rejected}
 */
public record Problem(
        int status,
        String code,
        String detail,
        OptionalLong retryAfterMillis,
        @Nullable JsonValue data,
        JsonObject instead) {

    private static final JsonProvider JSON = JsonProvider.provider();

    private static final String TYPE = "application/problem+json";

    /** When a client may try again that was refused for what will pass, but nobody knows when. */
    private static final Duration LATER = Duration.ofSeconds(10);

    private static final Map<Integer, String> TITLES = Map.ofEntries(
            Map.entry(400, "Bad Request"),
            Map.entry(401, "Unauthorized"),
            Map.entry(403, "Forbidden"),
            Map.entry(404, "Not Found"),
            Map.entry(405, "Method Not Allowed"),
            Map.entry(408, "Request Timeout"),
            Map.entry(412, "Precondition Failed"),
            Map.entry(413, "Content Too Large"),
            Map.entry(415, "Unsupported Media Type"),
            Map.entry(422, "Unprocessable Content"),
            Map.entry(429, "Too Many Requests"),
            Map.entry(500, "Internal Server Error"),
            Map.entry(503, "Service Unavailable"));

    /** A problem that time alone does not solve; one of status 503 does, sooner or later. */
    public Problem(int status, String code, String detail) {
        this(status, code, detail, status == 503 ? OptionalLong.of(LATER.toMillis()) : OptionalLong.empty());
    }

    /** A problem without anything instead. */
    public Problem(int status, String code, String detail, OptionalLong retryAfterMillis, @Nullable JsonValue data) {
        this(status, code, detail, retryAfterMillis, data, JsonValue.EMPTY_JSON_OBJECT);
    }

    /** A problem that says no more than that. */
    public Problem(int status, String code, String detail, OptionalLong retryAfterMillis) {
        this(status, code, detail, retryAfterMillis, null);
    }

    /** A page of another origin asks. */
    public static Problem ofOrigin() {
        return new Problem(403, "origin-forbidden", "pages of this origin may not do this");
    }

    /** There is nothing at the address. */
    public static Problem notFound() {
        return new Problem(404, "not-found", "there is nothing here; docs/http.md lists the addresses");
    }

    /** The address knows other methods only. */
    static Problem method(String allowed) {
        return new Problem(405, "method-not-allowed", "here are only " + allowed);
    }

    /** A body that did not come as it should. */
    static Problem of(BodyReader.End end, int maxBytes) {
        return switch (end) {
            case TOO_LONG -> new Problem(end.status(), "too-large", "a body is at most " + maxBytes + " bytes");
            case LATE -> new Problem(end.status(), "too-slow", "the body came too slowly");
            case PUT_OFF ->
                new Problem(end.status(), ErrorCode.OVERLOADED.code(), "too many bodies are on their way; try again");
            case BROKEN_OFF, WHOLE ->
                new Problem(BodyReader.End.BROKEN_OFF.status(), ErrorCode.MALFORMED.code(), "the body was broken off");
        };
    }

    /** The application does not let the client connect. */
    static Problem of(ConnectionAttempt.Refusal refusal) {
        return new Problem(403, ErrorCode.REFUSED.code(), refusal.message(), OptionalLong.empty(), refusal.data());
    }

    /** What was not done. */
    public static Problem of(Reply.Rejected rejected) {
        var own = new Problem(status(rejected.code()), rejected.word(), rejected.sentence());
        var wait = rejected.retryAfterMillis();
        return new Problem(
                own.status,
                own.code,
                own.detail,
                wait.isPresent() ? wait : own.retryAfterMillis,
                null,
                rejected.instead());
    }

    private static int status(ErrorCode code) {
        return switch (code) {
            case UNAUTHORIZED -> 401;
            case CHANNEL_FORBIDDEN, MESSAGE_REFUSED, REFUSED -> 403;
            // Only who says which version it must be is told of a conflict.
            case CONFLICT -> 412;
            case TOO_LARGE -> 413;
            case ID_REUSED, INVALID -> 422;
            case RATE_LIMITED -> 429;
            case SERVER_ERROR, APPLICATION_ERROR -> 500;
            case LOG_UNAVAILABLE, OVERLOADED, NOT_JOINED -> 503;
            default -> 400;
        };
    }

    /** The answer; {@code message} repeats the detail, for readers of earlier versions. */
    public Answer answer() {
        var json = JSON.createObjectBuilder()
                .add("type", "urn:problem-type:herald:" + code)
                .add("title", TITLES.getOrDefault(status, "Error"))
                .add("status", status)
                .add("detail", detail)
                .add("code", code)
                .add("message", detail);
        if (data != null) {
            json.add("data", data);
        }
        instead.forEach((member, value) -> json.add(member, JsonBytes.escape(value)));
        retryAfterMillis.ifPresent(millis -> json.add("retryAfter", millis));
        var answer = new Answer(status, TYPE, json.build().toString());
        return retryAfterMillis.isPresent()
                ? answer.with("Retry-After", String.valueOf((retryAfterMillis.getAsLong() + 999) / 1_000))
                : answer;
    }
}
