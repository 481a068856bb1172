package dev.herald.hub;

import dev.herald.api.Envelope;

/**
 * How a kind of client wants its messages written. One constant per kind: the hub keeps what it wrote under the dialect's
 * identity.
 *
 * @param <F> what is written: a frame's text or bytes; immutable, as all recipients share it
 */
@FunctionalInterface
public interface Dialect<F> {

    /** Writes a message; called from any thread, and not under a lock. Must not fail. */
    F write(Envelope message);
}
