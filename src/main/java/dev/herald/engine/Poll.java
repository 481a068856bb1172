package dev.herald.engine;

import java.util.List;

/** A client's GET that waits for packets. Answered once; not under a lock. */
interface Poll {

    /** Answers with packets, in this order. */
    void answer(List<Outgoing> packets);

    /** Answers with a packet that means nothing: the client may go over to another transport. */
    void release();

    /** Answers with an error. */
    void refuse(EngineError error);

    /** Answers 400 without a word: what the client did is a violation, and it knows. */
    void refuse();
}
