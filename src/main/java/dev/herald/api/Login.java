package dev.herald.api;

import java.time.Instant;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * By what a person is known, and how long. When it is over, the connections that it opened end.
 *
 * <pre>{@code
 * Optional<Instant> end = Optional.ofNullable(connection.principal().login().expires());
 * }</pre>
 *
 * @param expires when it ends by itself; {@code null} when it does not
 * @param isEnded whether it has been ended, for example with the HTTP session; may be asked by any thread, and does not wait
 * @param attributes what a token says, to be kept with the connection
 * @param asCaller runs work at once, on the thread that asks for it, with the person as the container's caller; without a caller, if
 *     it is not the container that knows the person. What the work throws, it throws
 */
public record Login(@Nullable Instant expires, BooleanSupplier isEnded, Attributes attributes, Executor asCaller) {

    @SuppressWarnings("UnnecessaryLambda") // one object, to compare with
    private static final BooleanSupplier NEVER = () -> false;

    @SuppressWarnings("UnnecessaryLambda") // one object, to compare with
    private static final Executor WITHOUT_CALLER = Runnable::run;

    /** One that does not end. */
    public static final Login LASTING = until(null, Attributes.NONE);

    /** One by a token. */
    public static Login until(@Nullable Instant expires, Attributes attributes) {
        return new Login(expires, NEVER, attributes, WITHOUT_CALLER);
    }

    /** One that also ends when somebody ends it. */
    public Login endedBy(BooleanSupplier end) {
        return new Login(expires, end, attributes, asCaller);
    }

    /** One whose person the container knows as the caller. */
    public Login calledBy(Executor caller) {
        return new Login(expires, isEnded, attributes, caller);
    }

    /** Whether it can ever be over. */
    public boolean canEnd() {
        return expires != null || isEnded != NEVER;
    }

    /** Whether it is over at this time. */
    public boolean isOver(Instant now) {
        return isEnded.getAsBoolean() || (expires != null && !now.isBefore(expires));
    }
}
