package dev.herald.api;

import java.util.Locale;
import java.util.concurrent.CompletionException;

/**
 * A message was refused: it is not in the log, and nobody gets it. With {@link Reason#LOG_UNAVAILABLE} this is not certain: the
 * log may have failed after it had stored the message. Send the message again with the same id to be sure.
 *
 * <pre>{@code
 * herald.news(data).exceptionally(failure -> {
 *     if (failure.getCause() instanceof RefusedException refused && refused.reason().retryable()) {
 *         System.out.println("try again: " + refused.getMessage());
 *     }
 *     return null;
 * });
 * }</pre>
 */
@SuppressWarnings("serial") // never serialised
public final class RefusedException extends RuntimeException {

    /** Why a message was refused. */
    public enum Reason {
        /** The same sender used the same message id in this channel for other contents; send it with a fresh id. */
        ID_REUSED(false),
        /** The application's observers are too far behind; the same message may be sent again, with the same id. */
        OVERLOADED(true),
        /** The log has not confirmed the message; the same message may be sent again, with the same id. */
        LOG_UNAVAILABLE(true),
        /** The transaction that it was published in was rolled back. */
        ROLLED_BACK(false);

        private final boolean retryable;

        Reason(boolean retryable) {
            this.retryable = retryable;
        }

        /** The name in error messages: {@code id-reused}, {@code overloaded}, {@code log-unavailable}, {@code rolled-back}. */
        public String code() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /** Whether the same call may succeed later. */
        public boolean retryable() {
            return retryable;
        }
    }

    private final Reason reason;

    /** Refuses for this reason; the message is a sentence for the sender. */
    public RefusedException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    /** The refusal that a stage failed with. Any other failure counts as one of the log. */
    static RefusedException of(Throwable failure) {
        var cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof RefusedException refused
                ? refused
                : new RefusedException(
                        Reason.LOG_UNAVAILABLE,
                        "the server made a mistake; nobody knows whether the message is in the log");
    }

    /** Why, for programs. */
    public Reason reason() {
        return reason;
    }
}
