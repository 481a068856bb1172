package dev.herald.hub;

import dev.herald.api.ChannelName;
import dev.herald.api.Position;

/** A draft was to be appended at a place that is not the channel's head any more; see {@link Draft#after}. It has no stack trace. */
@SuppressWarnings("serial") // never serialised
public final class HeadMovedException extends RuntimeException {

    HeadMovedException(ChannelName channel, Position head) {
        super("channel " + channel + " is at " + head.offset() + " by now", null, false, false);
    }
}
