package dev.herald.board;

import dev.herald.api.ChannelName;
import dev.herald.api.Envelope;
import dev.herald.api.Person;
import dev.herald.hub.Log;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds the other copy of a private message: there is one in the channel of its recipient, and then one in that of its sender. Both
 * have the same sender, recipient and data; of several such messages the nearest in time is taken. Waits for the log.
 */
final class Twins {

    /** How far the two may be apart. */
    private static final Duration APART = Duration.ofSeconds(10);

    /** How many messages are looked at, at most. */
    private static final int LOOKED_AT = 500;

    private final Log log;

    Twins(Log log) {
        this.log = log;
    }

    /**
     * The copy in the other person's channel; empty when it is not kept any more.
     *
     * @param message one in the own channel of this person
     */
    Optional<Envelope> find(Envelope message, Person owner, String partnerId) {
        if (partnerId.equals(owner.id())) {
            return Optional.empty();
        }
        var isCopy = message.event().equals("sent");
        var other = ChannelName.ofUser(partnerId);
        // The recipient's is the first of the two.
        var search = isCopy
                ? new Search(message, "private", message.at().minus(APART), message.at())
                : new Search(message, "sent", message.at(), message.at().plus(APART));
        Past.read(log, other, firstAfter(other, search.to), LOOKED_AT, search::visit);
        return Optional.ofNullable(search.found);
    }

    /** The offset of the first message that is later. Messages are nearly in the order of their times. */
    private long firstAfter(ChannelName channel, Instant time) {
        var before = 0L;
        var after = log.head(channel).offset() + 1;
        while (after - before > 1) {
            var middle = (before + after) >>> 1;
            var message = log.before(channel, middle + 1, 1).messages();
            if (message.isEmpty() || !message.get(0).at().isAfter(time)) {
                before = middle;
            } else {
                after = middle;
            }
        }
        return after;
    }

    private static final class Search {

        private final Envelope message;
        private final String event;
        private final Instant from;
        private final Instant to;
        private @Nullable Envelope found;

        Search(Envelope message, String event, Instant from, Instant to) {
            this.message = message;
            this.event = event;
            this.from = from;
            this.to = to;
        }

        /** From the newest to the oldest: for a copy the first that fits is the nearest, for an original the last. */
        boolean visit(Envelope other) {
            if (other.at().isBefore(from)) {
                return false;
            }
            var fits = other.event().equals(event)
                    && Objects.equals(other.from(), message.from())
                    && Objects.equals(other.to(), message.to())
                    && other.json().equals(message.json());
            if (fits) {
                found = other;
            }
            return !fits || event.equals("sent");
        }
    }
}
