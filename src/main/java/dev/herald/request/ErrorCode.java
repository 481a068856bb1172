package dev.herald.request;

import dev.herald.api.RefusedException;

/** The stable codes of errors that clients are told ({@code docs/feed.md}, "Errors"). */
public enum ErrorCode {
    MALFORMED("malformed"),
    REFUSED("refused"),
    UNAUTHORIZED("unauthorized"),
    EVENT_INVALID("event-invalid"),
    EVENT_RESERVED("event-reserved"),
    CHANNEL_INVALID("channel-invalid"),
    CHANNEL_FORBIDDEN("channel-forbidden"),
    TO_INVALID("to-invalid"),
    ID_INVALID("id-invalid"),
    ID_REUSED("id-reused"),
    SINCE_INVALID("since-invalid"),
    HISTORY_INVALID("history-invalid"),
    SEEN_INVALID("seen-invalid"),
    DEVICE_INVALID("device-invalid"),
    DEVICE_UNKNOWN("device-unknown"),
    /** A change that can be made to no document, or does not fit the version that its author has seen. */
    INVALID("invalid"),
    /** A change that does not fit any more, because others have changed the document. */
    CONFLICT("conflict"),
    /** A change that would make a document too large. */
    TOO_LARGE("too-large"),
    NOT_JOINED("not-joined"),
    TOO_MANY_CHANNELS("too-many-channels"),
    RATE_LIMITED("rate-limited"),
    MESSAGE_REFUSED("message-refused"),
    OVERLOADED("overloaded"),
    LOG_UNAVAILABLE("log-unavailable"),
    NO_HANDLER("no-handler"),
    /** A mistake of Herald's own. */
    SERVER_ERROR("server-error"),
    /** A bean of the application's has failed that was asked about the request. To clients it is the same; only the request fails. */
    APPLICATION_ERROR("server-error");

    private final String code;

    ErrorCode(String code) {
        this.code = code;
    }

    /** As clients are told. */
    public String code() {
        return code;
    }

    /** The code of a refused publication. */
    public static ErrorCode of(RefusedException.Reason reason) {
        return switch (reason) {
            case ID_REUSED -> ID_REUSED;
            case OVERLOADED -> OVERLOADED;
            case LOG_UNAVAILABLE -> LOG_UNAVAILABLE;
            // Of beans only: what clients ask for is in no transaction.
            case ROLLED_BACK -> SERVER_ERROR;
        };
    }
}
