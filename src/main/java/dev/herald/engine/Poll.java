package dev.herald.engine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A client's GET that waits for packets. It is answered once, outside all locks. */
interface Poll {

    /**
     * A mark that is different for each GET of a client. Two requests with the same mark are one request that was sent twice.
     *
     * @return {@code null} when the client does not mark its requests
     */
    @Nullable
    String mark();

    /** Whether the GET had to wait. Then its client may have gone away without anybody noticing. */
    boolean hasWaited();

    /** Answers with packets, in this order. */
    void answer(List<Outgoing> packets);

    /** Answers with a packet that means nothing, so that the client can switch to another transport. */
    void release();

    /** Answers with an error. */
    void refuse(EngineError error);

    /** Answers 400 with an empty body: the client has broken the protocol. */
    void refuse();
}
