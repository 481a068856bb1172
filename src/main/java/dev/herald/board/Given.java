package dev.herald.board;

import dev.herald.api.EventException;
import org.jspecify.annotations.Nullable;

/** What clients give with an event. */
final class Given {

    private Given() {}

    /** Fails with {@code invalid} when the client left it out. */
    static <T> T required(@Nullable T given) {
        if (given == null) {
            throw new EventException("invalid", "the event has data: an object");
        }
        return given;
    }
}
