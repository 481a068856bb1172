package dev.herald.request;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;

import dev.herald.api.RefusedException;
import dev.herald.document.ChangeException;
import dev.herald.hub.LimitException;
import dev.herald.hub.NoSuchMessageException;
import dev.herald.hub.UnknownDeviceException;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Makes of what went wrong with a request what the client is told. Any thread may call. */
public final class Rejections {

    private static final System.Logger LOG = System.getLogger(Rejections.class.getName());

    private Rejections() {}

    /**
     * What a client is told of a failure; a mistake of the server's own is logged.
     *
     * @param request whose it is, for the log
     */
    public static Reply.Rejected of(String request, Throwable failure) {
        var cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof RejectedException rejected) {
            return rejected.reply();
        } else if (cause instanceof ChangeException change) {
            return DocumentRequests.rejected(change);
        }
        var code = code(cause);
        if (code == ErrorCode.SERVER_ERROR) {
            LOG.log(ERROR, request + " is rejected for a mistake of the server's own", cause);
            return Reply.Rejected.ofMistake(code);
        }
        LOG.log(DEBUG, () -> request + " is rejected: " + code.code() + ", " + cause.getMessage());
        return new Reply.Rejected(code, String.valueOf(cause.getMessage()));
    }

    private static ErrorCode code(@Nullable Throwable failure) {
        if (failure instanceof RefusedException refused) {
            return ErrorCode.of(refused.reason());
        } else if (failure instanceof LimitException) {
            return ErrorCode.TOO_MANY_CHANNELS;
        } else if (failure instanceof UnknownDeviceException) {
            return ErrorCode.DEVICE_UNKNOWN;
        } else if (failure instanceof NoSuchMessageException) {
            return ErrorCode.SEEN_INVALID;
        }
        return ErrorCode.SERVER_ERROR;
    }
}
