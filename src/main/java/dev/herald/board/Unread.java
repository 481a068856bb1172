package dev.herald.board;

import dev.herald.api.ChannelName;
import dev.herald.api.Envelope;
import dev.herald.api.Person;
import dev.herald.api.Position;
import dev.herald.hub.Log;
import java.util.Set;

/**
 * Counts what somebody has not read: messages of people, but not the reader's own, nor the application's. Used by one thread; it
 * waits for the log.
 */
final class Unread {

    /** The highest count: who has more to read is told this one. */
    static final int MOST = 100;

    /** How many of the last messages of a channel are looked at, at most: older ones do not count. */
    static final int LOOKED_AT = 300;

    /** The events that are messages of people in channels. */
    static final Set<String> MESSAGES = Set.of("news", "message");

    private final Log log;
    private final Person reader;
    private int budget;

    /**
     * @param unread at most {@value #MOST}
     * @param mentions how many of them mention the reader
     */
    record Count(int unread, int mentions) {

        static final Count NONE = new Count(0, 0);

        /** With one message more. */
        Count and(Envelope message, Person reader) {
            var isMention =
                    Text.of(message).filter(text -> Text.mentions(text, reader)).isPresent();
            return unread == MOST ? this : new Count(unread + 1, mentions + (isMention ? 1 : 0));
        }
    }

    /** @param budget how many messages are looked at in all channels together; after that, a count is what may be unread at the most */
    Unread(Log log, Person reader, int budget) {
        this.log = log;
        this.reader = reader;
        this.budget = budget;
    }

    /**
     * Counts in a channel.
     *
     * @param read up to where the reader has read
     * @param head the channel's last message
     */
    Count in(ChannelName channel, Position read, Position head) {
        if (isAllRead(read, head)) {
            return Count.NONE;
        }
        var later = head.offset() - read.offset();
        if (budget <= 0) {
            return new Count((int) Math.min(MOST, later), 0);
        }
        var counting = new Counting(read.offset());
        var most = (int) Math.min(LOOKED_AT, later);
        budget -= most;
        Past.read(log, channel, head.offset() + 1, most, counting::visit);
        return counting.count;
    }

    /** Also when the position is one of another life of the channel: what came in between, nobody knows. */
    static boolean isAllRead(Position read, Position head) {
        return !read.epoch().equals(head.epoch()) || read.offset() >= head.offset();
    }

    private final class Counting {

        private final long after;
        private Count count = Count.NONE;

        Counting(long after) {
            this.after = after;
        }

        boolean visit(Envelope message) {
            var position = message.position();
            if (position == null || position.offset() <= after) {
                return false;
            }
            var from = message.from();
            if (from != null && !from.id().equals(reader.id()) && MESSAGES.contains(message.event())) {
                count = count.and(message, reader);
            }
            return count.unread() < MOST;
        }
    }
}
