package dev.herald.journal;

import dev.herald.api.RefusedException;
import dev.herald.hub.Appended;

/** What became of a draft in a transaction that was committed. */
sealed interface Outcome {

    /** It is in the log. */
    record Taken(Appended answer) implements Outcome {}

    /** It is not in the log, for a reason of its own; the others of the transaction are. */
    record Refused(RefusedException why) implements Outcome {}
}
