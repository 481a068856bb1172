package dev.herald.feed;

import dev.herald.api.RefusedException;

/** The stable codes of {@code error} messages ({@code docs/feed.md}, "Errors"). */
enum ErrorCode {
    MALFORMED("malformed"),
    EVENT_INVALID("event-invalid"),
    EVENT_RESERVED("event-reserved"),
    CHANNEL_INVALID("channel-invalid"),
    CHANNEL_FORBIDDEN("channel-forbidden"),
    TO_INVALID("to-invalid"),
    ID_INVALID("id-invalid"),
    ID_REUSED("id-reused"),
    SINCE_INVALID("since-invalid"),
    NOT_JOINED("not-joined"),
    TOO_MANY_CHANNELS("too-many-channels"),
    OVERLOADED("overloaded"),
    LOG_UNAVAILABLE("log-unavailable");

    private final String code;

    ErrorCode(String code) {
        this.code = code;
    }

    String code() {
        return code;
    }

    static ErrorCode of(RefusedException.Reason reason) {
        return switch (reason) {
            case ID_REUSED -> ID_REUSED;
            case OVERLOADED -> OVERLOADED;
            case LOG_UNAVAILABLE -> LOG_UNAVAILABLE;
        };
    }
}
