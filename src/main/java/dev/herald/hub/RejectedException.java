package dev.herald.hub;

import org.jspecify.annotations.Nullable;

/** A client's message is answered with an error; the connection lives. The exception's message is the sentence for the client. */
@SuppressWarnings("serial") // never serialised
public final class RejectedException extends RuntimeException {

    private final ErrorCode code;
    private final @Nullable String id;

    /** Rejects the message of this id, if the client gave it one. */
    public RejectedException(ErrorCode code, @Nullable String id, String sentence) {
        super(sentence);
        this.code = code;
        this.id = id;
    }

    /** What is wrong, for programs. */
    public ErrorCode code() {
        return code;
    }

    /** The client's own id of the message. */
    public @Nullable String id() {
        return id;
    }
}
