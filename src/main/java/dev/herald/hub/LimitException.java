package dev.herald.hub;

/** A limit of {@link HubLimits} is reached; nothing was changed. */
@SuppressWarnings("serial") // never serialised
public final class LimitException extends IllegalStateException {

    LimitException(String message) {
        super(message);
    }
}
