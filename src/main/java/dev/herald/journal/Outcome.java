package dev.herald.journal;

import dev.herald.hub.Appended;

/** What happened to a draft in a committed transaction. */
sealed interface Outcome {

    /** It is in the log. */
    record Taken(Appended answer) implements Outcome {}

    /** It is not in the log, although the transaction was committed: the reason concerns this draft alone. */
    record Refused(RuntimeException why) implements Outcome {}
}
