package dev.herald.feed;

import org.jspecify.annotations.Nullable;

/** A client's message is answered with an error; the connection lives. The exception's message is the sentence for the client. */
@SuppressWarnings("serial") // never serialised
final class RejectedException extends RuntimeException {

    private final ErrorCode code;
    private final @Nullable String id;

    /** Rejects the message of this id, if the client gave it one. */
    RejectedException(ErrorCode code, @Nullable String id, String sentence) {
        super(sentence);
        this.code = code;
        this.id = id;
    }

    ErrorCode code() {
        return code;
    }

    @Nullable
    String id() {
        return id;
    }
}
