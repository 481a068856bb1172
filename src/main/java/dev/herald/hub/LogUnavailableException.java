package dev.herald.hub;

/** The log did not do what was asked of it; the same call may succeed later. */
@SuppressWarnings("serial") // never serialised
public final class LogUnavailableException extends RuntimeException {

    /** The message is a sentence for the operator and for clients alike: it names no address and no data. */
    public LogUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }

    /** As above; nothing else has failed before. */
    public LogUnavailableException(String message) {
        super(message);
    }
}
