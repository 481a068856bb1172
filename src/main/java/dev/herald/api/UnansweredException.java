package dev.herald.api;

/** A client was asked for an acknowledgement and gave none. Whether it got the event is not known. */
@SuppressWarnings("serial") // never serialised
public final class UnansweredException extends RuntimeException {

    /** The message is a sentence that says why. */
    public UnansweredException(String message) {
        super(message);
    }
}
