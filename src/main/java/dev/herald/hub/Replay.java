package dev.herald.hub;

import dev.herald.api.Envelope;
import dev.herald.api.Position;
import java.util.List;

/** What a log answers to "what came after this position?". */
public sealed interface Replay {

    /** The position of the last message in the channel at the time of the answer. */
    Position head();

    /**
     * Nothing is missing.
     *
     * @param messages the next ones after the position that was asked for, in order and without a gap; fewer than there are if
     *     the caller set a limit, and then {@code head} is further on
     */
    record Complete(List<Envelope> messages, Position head) implements Replay {

        public Complete {
            messages = List.copyOf(messages);
        }
    }

    /** Something is missing: what came after the position cannot be told in full. */
    record Gap(Reason reason, Position head) implements Replay {}

    /** Why a replay is not complete. */
    enum Reason {
        /** The log began anew since then. */
        EPOCH,
        /** Messages after the position are no longer kept. */
        TRIMMED,
        /** The position is later than anything in the log. */
        AHEAD,
        /** More messages are missing than the hub sends again. */
        LIMIT
    }
}
