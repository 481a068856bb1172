package dev.herald.request;

/**
 * A client's request cannot be done; its connection lives. The exception's message is the sentence for the client. It has no stack
 * trace: the mistake is the client's.
 */
@SuppressWarnings("serial") // never serialised
public final class RejectedException extends RuntimeException {

    private final ErrorCode code;

    /** Rejects with a sentence for the client. */
    public RejectedException(ErrorCode code, String sentence) {
        super(sentence, null, false, false);
        this.code = code;
    }

    /** What the client is told. */
    public Reply.Rejected reply() {
        return new Reply.Rejected(code, String.valueOf(getMessage()));
    }
}
