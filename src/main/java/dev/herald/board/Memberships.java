package dev.herald.board;

import dev.herald.api.Action;
import dev.herald.api.ChannelName;
import dev.herald.api.Connection;
import dev.herald.api.EventException;
import dev.herald.api.Herald;
import dev.herald.api.Person;
import dev.herald.api.Position;
import dev.herald.boardstore.BoardChannel;
import dev.herald.boardstore.BoardStore;
import dev.herald.boardstore.Conversation;
import dev.herald.boardstore.Membership;
import dev.herald.hub.Log;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which channels people are in, and how each sees them. Everybody is in {@code news}. Called by handlers, which hold no lock: it
 * waits for the database and for the policy.
 */
final class Memberships {

    /** The most channels of one person, without {@code news}. */
    static final int MAX_CHANNELS = 100;

    /** How many messages are looked at to count what is unread in all channels of one person. */
    static final int COUNTED = 3_000;

    private final Herald herald;
    private final Log log;
    private final BoardStore store;

    Memberships(Herald herald, Log log, BoardStore store) {
        this.herald = herald;
        this.log = log;
        this.store = store;
    }

    /** Whether the policy lets the client do this. */
    boolean may(Connection connection, Action action, ChannelName channel) {
        return herald.may(connection.id(), action, channel)
                .toCompletableFuture()
                .join();
    }

    /** Fails with {@code channel-forbidden} when the client may not. */
    void require(Connection connection, Action action, ChannelName channel) {
        if (!may(connection, action, channel)) {
            throw new EventException("channel-forbidden", "you may not do this in channel " + channel);
        }
    }

    /** The channel of this name, in which clients may be. */
    static ChannelName named(@Nullable String name) {
        try {
            var channel = new ChannelName(name == null ? "" : name);
            if (channel.isOpen() && !channel.value().equals("private")) {
                return channel;
            }
        } catch (IllegalArgumentException e) {
            throw new EventException("name-invalid", String.valueOf(e.getMessage()));
        }
        throw new EventException("name-invalid", "there can be no channel of this name");
    }

    /** The private channel of the person with this id; fails with {@code unknown} when there can be none. */
    static ChannelName privateOf(@Nullable String personId) {
        try {
            if (personId != null && personId.length() <= Person.MAX_ID) {
                return ChannelName.ofUser(personId);
            }
        } catch (IllegalArgumentException e) {
            throw new EventException("unknown", String.valueOf(e.getMessage()));
        }
        throw new EventException("unknown", "there is nobody with this id");
    }

    /** The channels that a client's person is in and may read: {@code news} first, then by their names. */
    List<Views.Channel> all(Connection connection, Map<Conversation, Position> read) {
        var memberships =
                new ArrayList<>(store.channels().memberships(connection.person().id()));
        if (memberships.stream().noneMatch(one -> one.channel().equals(ChannelName.NEWS))) {
            memberships.add(0, new Membership(ChannelName.NEWS, false));
        }
        memberships.removeIf(one -> !may(connection, Action.JOIN, one.channel()));
        memberships.sort((one, other) -> Boolean.compare(
                other.channel().equals(ChannelName.NEWS), one.channel().equals(ChannelName.NEWS)));
        return views(connection.person(), memberships, read);
    }

    /** A channel that a client's person is in; fails with {@code not-a-member} when the person is not. */
    Views.Channel one(Person person, ChannelName channel) {
        return views(person, List.of(membership(person, channel)), store.reads().all(person.id()))
                .get(0);
    }

    /** Fails with {@code not-a-member} when the person is not in the channel. */
    Membership membership(Person person, ChannelName channel) {
        return store.channels().memberships(person.id()).stream()
                .filter(one -> one.channel().equals(channel))
                .findFirst()
                .or(() -> channel.equals(ChannelName.NEWS)
                        ? Optional.of(new Membership(channel, false))
                        : Optional.empty())
                .orElseThrow(() -> new EventException("not-a-member", "you are not in channel " + channel));
    }

    private List<Views.Channel> views(Person person, List<Membership> memberships, Map<Conversation, Position> read) {
        var names = memberships.stream().map(Membership::channel).toList();
        var channels = store.channels().find(names);
        var heads = log.heads(names);
        var unread = new Unread(log, person, COUNTED);
        var views = new ArrayList<Views.Channel>();
        for (var one : memberships) {
            var name = one.channel();
            var head = heads.containsKey(name) ? heads.get(name) : log.head(name);
            var upTo = read.getOrDefault(Conversation.in(name), head);
            var count = unread.in(name, upTo, head);
            var channel = channels.getOrDefault(name, new BoardChannel(name, "", 0));
            views.add(new Views.Channel(
                    name.value(),
                    channel.topic(),
                    one.muted(),
                    head.offset(),
                    head.epoch(),
                    Unread.isAllRead(upTo, head) ? head.offset() : upTo.offset(),
                    count.unread(),
                    count.mentions(),
                    people(channel)));
        }
        return views;
    }

    /** How many are in a channel. */
    int people(BoardChannel channel) {
        return channel.name().equals(ChannelName.NEWS) ? herald.countPeople() : channel.members();
    }

    /** Tells all tabs and devices of a person something that is of no use later. */
    void tell(String personId, String event, Object data) {
        var unused = herald.channel(ChannelName.ofUser(personId)).publishVolatile(event, data);
    }
}
