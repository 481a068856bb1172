package dev.herald.journal;

/** The log's database did not do what was asked of it; the same call may succeed later. */
@SuppressWarnings("serial") // never serialised
public final class JournalException extends RuntimeException {

    JournalException(String message, Throwable cause) {
        super(message, cause);
    }

    JournalException(String message) {
        super(message);
    }
}
