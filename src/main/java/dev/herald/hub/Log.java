package dev.herald.hub;

import dev.herald.api.ChannelKind;
import dev.herald.api.ChannelName;
import dev.herald.api.Position;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/**
 * Keeps the messages of all channels, each in its own total order. Thread-safe.
 *
 * <p>A message that a reader sees is committed, and so are all before it in its channel: whoever has seen offset n can read 1
 * to n, as far as they are still kept.
 *
 * <p>All methods that read may wait for a database, for finite time, and throw {@link LogUnavailableException} when it does not
 * answer.
 */
public interface Log {

    /**
     * Appends a message to its channel.
     *
     * <p>Drafts that one thread appends to one channel keep their order. A draft whose sender, or the application as its sender, and client id stand in the
     * channel already is not appended again: the answer is the message that is there, as a duplicate.
     *
     * <p>A draft that is to come {@linkplain Draft#after after} a position is appended only there. That is decided with the channel
     * locked, and a repeat is recognised before: so of any number of such drafts for one place, on any number of nodes, one is
     * appended. When one of a {@link Chain} is not appended, or is a repeat, none is that was given later.
     *
     * @return completes after the commit, maybe on another thread; exceptionally with {@link dev.herald.api.RefusedException}
     *     when nothing was appended, or, for {@code LOG_UNAVAILABLE}, nobody knows whether it was; with {@link HeadMovedException} when
     *     nothing was appended because the channel's head is elsewhere
     */
    CompletionStage<Appended> append(Draft draft);

    /**
     * Reads what came after a position.
     *
     * @param limit the most messages to read, at least 1
     */
    Replay since(ChannelName channel, Position since, int limit);

    /**
     * Reads backwards: the latest messages before an offset that are still kept.
     *
     * @param before at least 1; {@code Long.MAX_VALUE} to begin with the last message
     * @param limit the most messages to read, at least 1; fewer are read only when no older ones are kept
     */
    Page before(ChannelName channel, long before, int limit);

    /** What an append to this channel promises. */
    ChannelKind kind(ChannelName channel);

    /** The position of the channel's last message; offset 0 in a channel without any. */
    Position head(ChannelName channel);

    /** The heads of several channels, as {@link #head}; those without messages may be left out. */
    default Map<ChannelName, Position> heads(Collection<ChannelName> channels) {
        return channels.stream().collect(Collectors.toMap(channel -> channel, this::head));
    }
}
