package dev.herald.cdi;

import dev.herald.api.EventException;
import dev.herald.api.RefusedException;
import dev.herald.api.UnansweredException;
import dev.herald.request.ErrorCode;
import dev.herald.request.Reply.Rejected;
import java.lang.reflect.InvocationTargetException;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/**
 * What went wrong with an event, and what its client is told.
 *
 * @param cause without what reflection, stages and enterprise beans wrap around it
 * @param isOurs whether it is no mistake of the client's, and nothing that the application says by an exception
 */
record HandlerFailure(Throwable cause, ErrorAnswer answer, boolean isOurs) {

    /** As far as causes are followed. */
    static final int MAX_CAUSES = 20;

    /** By name, as not every server has them. */
    private static final Set<String> OF_ENTERPRISE_BEANS = Set.of("jakarta.ejb.EJBException");

    private static final Set<String> FORBIDDEN =
            Set.of("jakarta.ejb.EJBAccessException", "jakarta.ejb.AccessLocalException");

    /** For what was thrown. */
    static HandlerFailure of(Throwable thrown, ConstraintCheck constraints) {
        var cause = unwrapped(thrown);
        var invalid = constraints.violations(cause);
        if (invalid.isPresent()) {
            return told(cause, ErrorAnswer.invalid(invalid.get()));
        } else if (cause instanceof InvalidArgumentsException e) {
            return told(cause, ErrorAnswer.invalid(e.fields()));
        } else if (cause instanceof EventException e) {
            return told(cause, ErrorAnswer.of(e.code(), String.valueOf(e.getMessage())));
        } else if (cause instanceof RefusedException e) {
            return told(cause, ErrorAnswer.of(e.reason().code(), String.valueOf(e.getMessage())));
        } else if (cause instanceof UnansweredException e) {
            return told(cause, ErrorAnswer.of("unanswered", String.valueOf(e.getMessage())));
        } else if (cause instanceof SecurityException || isNamed(cause, FORBIDDEN)) {
            return told(cause, ErrorAnswer.of("forbidden", "you may not do this"));
        }
        return new HandlerFailure(cause, ErrorAnswer.of(ErrorCode.APPLICATION_ERROR.code(), Rejected.MISTAKE), true);
    }

    private static HandlerFailure told(Throwable cause, ErrorAnswer answer) {
        return new HandlerFailure(cause, answer, false);
    }

    /** What was thrown, without what was wrapped around it. */
    static Throwable unwrapped(Throwable thrown) {
        var cause = thrown;
        for (var n = 0; isWrapper(cause) && cause.getCause() != null && n < MAX_CAUSES; n++) {
            cause = cause.getCause();
        }
        return cause;
    }

    private static boolean isWrapper(Throwable thrown) {
        return thrown instanceof CompletionException
                || thrown instanceof ExecutionException
                || thrown instanceof InvocationTargetException
                || isNamed(thrown, OF_ENTERPRISE_BEANS);
    }

    private static boolean isNamed(Throwable thrown, Set<String> names) {
        for (Class<?> type = thrown.getClass(); type != null; type = type.getSuperclass()) {
            if (names.contains(type.getName())) {
                return true;
            }
        }
        return false;
    }
}
