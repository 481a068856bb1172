package dev.herald.hub;

import dev.herald.api.ChannelName;
import dev.herald.api.Position;
import org.jspecify.annotations.Nullable;

/**
 * Finds where a subscription begins: after the position that the client gives, or after what was seen on its device. It reads
 * the log and may wait for a database, so callers hold no lock.
 */
final class Beginnings {

    private final Log log;
    private final ChannelKinds kinds;
    private final Devices devices;
    private final int replayedMessages;

    /** @param replayedMessages how many messages one subscription gets from the log at the most */
    Beginnings(Log log, ChannelKinds kinds, Devices devices, int replayedMessages) {
        this.log = log;
        this.kinds = kinds;
        this.devices = devices;
        this.replayedMessages = replayedMessages;
    }

    /**
     * Begins after a position, if everything after it can be sent; otherwise at the channel's head.
     *
     * @param since {@code null} for the head
     * @throws LogUnavailableException when the log cannot be read
     */
    Beginning after(ChannelName channel, @Nullable Position since) {
        var outcome = outcome(channel, since);
        return new Beginning(outcome.recovered() && since != null ? since : outcome.head(), outcome);
    }

    /**
     * Begins, in a person's private channel, after what has been seen on a device. If not all later messages can be sent, it
     * begins as far back as possible.
     *
     * @throws LogUnavailableException when the log, or the memory of devices, cannot be read
     */
    Beginning onDevice(ChannelName own, DeviceName device) {
        if (!kinds.isKept(own)) {
            return after(own, null);
        }
        var seen = devices.begin(own, device, log.head(own).epoch());
        var outcome = outcome(own, seen);
        var position = outcome.recovered() ? seen : earliest(own, outcome.head());
        return new Beginning(
                position, new Subscription.Outcome(outcome.recovered(), outcome.reason(), outcome.head(), position));
    }

    private Subscription.Outcome outcome(ChannelName channel, @Nullable Position since) {
        if (since == null) {
            return new Subscription.Outcome(false, null, log.head(channel));
        }
        if (!kinds.isKept(channel)) {
            return new Subscription.Outcome(false, Replay.Reason.TRIMMED, log.head(channel));
        }
        var replay = log.since(channel, since, 1);
        var head = replay.head();
        if (replay instanceof Replay.Gap gap) {
            return new Subscription.Outcome(false, gap.reason(), head);
        }
        if (head.offset() - since.offset() > replayedMessages) {
            return new Subscription.Outcome(false, Replay.Reason.LIMIT, head);
        }
        return new Subscription.Outcome(true, null, head);
    }

    /** The earliest place after which everything is still kept and may be sent again. A binary search. */
    private Position earliest(ChannelName channel, Position head) {
        var low = Math.max(0, head.offset() - replayedMessages);
        var high = head.offset();
        while (low < high) {
            var middle = low + (high - low) / 2;
            if (log.since(channel, new Position(head.epoch(), middle), 1) instanceof Replay.Complete) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return new Position(head.epoch(), high);
    }
}
