package dev.herald.request;

/**
 * A client's request cannot be done; its connection lives. The exception's message is the sentence for the client. It has no stack
 * trace: the mistake is the client's.
 */
@SuppressWarnings("serial") // never serialised
public final class RejectedException extends RuntimeException {

    private final transient Reply.Rejected reply;

    /** Rejects with a sentence for the client. */
    public RejectedException(ErrorCode code, String sentence) {
        this(new Reply.Rejected(code, sentence));
    }

    /** Rejects with this reply. */
    RejectedException(Reply.Rejected reply) {
        super(reply.sentence(), null, false, false);
        this.reply = reply;
    }

    /** What the client is told. */
    public Reply.Rejected reply() {
        return reply;
    }
}
