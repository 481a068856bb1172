package dev.herald.concurrent;

import org.jspecify.annotations.Nullable;

/** Collects what several pieces of work throw, until all of them are done. Belongs to one thread. */
final class Failures {

    private @Nullable Throwable first;

    /** Runs the work; what it throws is kept for {@link #rethrow}. */
    void collect(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | Error e) {
            if (first == null) {
                first = e;
            } else if (first != e) {
                first.addSuppressed(e);
            }
        }
    }

    /** Throws what was thrown first, with the others suppressed in it; does nothing if nothing was thrown. */
    void rethrow() {
        if (first instanceof RuntimeException e) {
            throw e;
        }
        if (first instanceof Error e) {
            throw e;
        }
    }
}
