package dev.herald.hub;

import dev.herald.api.ChannelName;
import org.jspecify.annotations.Nullable;

/** A connection cannot go on where it was: messages of a channel are missing. Nothing was changed. */
@SuppressWarnings("serial") // never serialised
public final class GapException extends RuntimeException {

    private final Replay.@Nullable Reason reason;

    GapException(ChannelName channel, Replay.@Nullable Reason reason) {
        super("channel " + channel + " cannot be told in full: " + reason);
        this.reason = reason;
    }

    /** Why. */
    public Replay.@Nullable Reason reason() {
        return reason;
    }
}
