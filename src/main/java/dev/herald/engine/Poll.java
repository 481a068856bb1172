package dev.herald.engine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A client's GET that waits for packets. Answered once; not under a lock. */
interface Poll {

    /**
     * What tells this GET from the client's one before: two requests with the same mark are one request that was sent twice.
     *
     * @return {@code null} when the client does not mark its requests
     */
    @Nullable
    String mark();

    /** Whether it has waited: then its client may have gone away unnoticed. */
    boolean hasWaited();

    /** Answers with packets, in this order. */
    void answer(List<Outgoing> packets);

    /** Answers with a packet that means nothing: the client may go over to another transport. */
    void release();

    /** Answers with an error. */
    void refuse(EngineError error);

    /** Answers 400 without a word: what the client did is a violation, and it knows. */
    void refuse();
}
