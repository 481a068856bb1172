package dev.herald.api;

/**
 * A client was asked for an acknowledgement and gave none. Whether it got the event is not known.
 *
 * <pre>{@code
 * peer.ask(Duration.ofSeconds(2), "still there?").whenComplete((answer, failure) -> {
 *     if (failure instanceof UnansweredException) {
 *         peer.disconnect();
 *     }
 * });
 * }</pre>
 */
@SuppressWarnings("serial") // never serialised
public final class UnansweredException extends RuntimeException {

    /** The message is a sentence that says why. */
    public UnansweredException(String message) {
        super(message);
    }
}
