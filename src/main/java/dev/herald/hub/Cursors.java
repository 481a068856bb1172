package dev.herald.hub;

import dev.herald.api.ChannelName;
import java.util.List;

/**
 * Up to where durable observers have seen each channel, for all nodes. Thread-safe. Each method may wait for the database, for finite
 * time, and throws {@link LogUnavailableException} when it does not answer.
 */
public interface Cursors {

    /**
     * Makes an observer known. One that is known already stays where it is.
     *
     * @param fromBeginning whether it begins with what is in the log; otherwise with what comes after this call
     */
    void begin(String observer, NamePattern channels, boolean fromBeginning);

    /**
     * Channels with messages that the observer has not seen, in the order of their names.
     *
     * @param after only channels whose names come after this one
     * @param limit the most channels
     */
    List<Unseen> unseen(String observer, NamePattern channels, String after, int limit);

    /**
     * Moves an observer on in a channel.
     *
     * @return false, and nothing changed, when it is no longer where it was said to be: another node has moved it
     */
    boolean move(String observer, ChannelName channel, long from, long to);

    /** How many messages that are kept the observer has not seen, in all channels. */
    long behind(String observer, NamePattern channels);

    /**
     * A channel with messages that an observer has not seen.
     *
     * @param epoch the channel's
     * @param seen the offset of the last message that it has seen, 0 for none
     * @param isNew whether it has seen none of this channel's ever
     * @param firstKept the offset of the oldest message that is kept
     */
    record Unseen(ChannelName channel, String epoch, long seen, boolean isNew, long firstKept) {}
}
