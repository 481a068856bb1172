package dev.herald.board;

import dev.herald.api.ChannelName;
import dev.herald.api.Envelope;
import dev.herald.hub.Log;
import java.util.function.Predicate;

/** Reads a channel backwards, within bounds. Waits for the log, so callers hold no lock. */
final class Past {

    /** How many messages are read together. */
    private static final int STEP = 100;

    /** How much text is read for one question, in characters; a step may exceed it. */
    static final long MAX_SIZE = 2_000_000;

    private Past() {}

    /**
     * Shows messages to a visitor, the newest first.
     *
     * @param before only messages of lower offsets, at least 1
     * @param most how many messages are read at the most
     * @param visitor says whether it wants more
     */
    static void read(Log log, ChannelName channel, long before, int most, Predicate<Envelope> visitor) {
        var next = before;
        var left = most;
        var size = 0L;
        while (left > 0 && size < MAX_SIZE) {
            var limit = Math.min(left, STEP);
            var messages = log.before(channel, next, limit).messages();
            for (var message : messages) {
                var position = message.position();
                if (position == null || !visitor.test(message)) {
                    return;
                }
                next = position.offset();
                size += message.json().length();
            }
            if (messages.size() < limit || next <= 1) {
                return;
            }
            left -= messages.size();
        }
    }
}
