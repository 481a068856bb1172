package dev.herald.api;

import java.time.Instant;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * By what a person is known, and how long. When it is over, the connections that it opened end.
 *
 * @param expires when it ends by itself; {@code null} when it does not
 * @param isEnded whether it has been ended, for example with the HTTP session; may be asked by any thread, and does not wait
 * @param attributes what a token says, to be kept with the connection
 */
public record Login(@Nullable Instant expires, BooleanSupplier isEnded, Attributes attributes) {

    @SuppressWarnings("UnnecessaryLambda") // one object, to compare with
    private static final BooleanSupplier NEVER = () -> false;

    /** One that does not end. */
    public static final Login LASTING = new Login(null, NEVER, Attributes.NONE);

    /** One by a token. */
    public static Login until(@Nullable Instant expires, Attributes attributes) {
        return new Login(expires, NEVER, attributes);
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
