package dev.herald.hub;

import dev.herald.api.ChannelName;
import dev.herald.api.Connection;
import dev.herald.api.Position;
import java.util.Set;

/**
 * The channels that belong to a connection by itself; they do not count among those that it may join.
 *
 * @param joined those that it is in from the beginning: news and its person's private channel, or its namespace's
 * @param privateOne the channel of its person, which only that person's connections are in
 * @param room the room of this connection alone, which it is put into when something is sent there for the first time
 */
record OwnChannels(Set<ChannelName> joined, ChannelName privateOne, ChannelName room) {

    static OwnChannels of(Connection connection) {
        var privateOne = ChannelName.ofUser(connection.person().id());
        return new OwnChannels(
                connection.isMain()
                        ? Set.of(ChannelName.NEWS, privateOne)
                        : Set.of(ChannelName.ofNamespace(connection.namespace())),
                privateOne,
                ChannelName.ofConnection(connection.namespace(), connection.id()));
    }

    boolean contains(ChannelName channel) {
        return joined.contains(channel) || channel.equals(room);
    }

    /** The room is in memory: what was sent there in an earlier life of the server ended with it, but not what this life has forgotten. */
    boolean isOfEarlierLife(ChannelName channel, Position since, Subscription.Outcome outcome) {
        return channel.equals(room)
                && outcome.reason() == Replay.Reason.EPOCH
                && !MemoryLog.areOfOneLog(since.epoch(), outcome.head().epoch());
    }

    /**
     * Requires that a connection may join another channel; its own ones do not count.
     *
     * @param joined those that it is in
     * @throws LimitException when it is in as many as it may
     */
    void requireRoomFor(ChannelName channel, Set<ChannelName> joined, int most) {
        if (!contains(channel) && !joined.contains(channel)) {
            var others = joined.stream().filter(one -> !contains(one)).count();
            if (others >= most) {
                throw new LimitException("this connection has joined as many channels as it may: " + most);
            }
        }
    }
}
