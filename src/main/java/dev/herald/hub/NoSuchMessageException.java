package dev.herald.hub;

/** A client names a message that its private channel does not have; nothing was changed. */
@SuppressWarnings("serial") // never serialised
public final class NoSuchMessageException extends RuntimeException {

    NoSuchMessageException(String message) {
        super(message);
    }
}
