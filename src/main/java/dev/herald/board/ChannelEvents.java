package dev.herald.board;

import dev.herald.api.Action;
import dev.herald.api.ChannelName;
import dev.herald.api.Connection;
import dev.herald.api.EventException;
import dev.herald.api.Herald;
import dev.herald.api.OnEvent;
import dev.herald.api.Person;
import dev.herald.api.Position;
import dev.herald.boardstore.BoardChannel;
import dev.herald.boardstore.BoardStore;
import dev.herald.boardstore.ChannelTables.Outcome;
import dev.herald.boardstore.Conversation;
import dev.herald.hub.Log;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What pages ask about channels, and about what is read there; docs/board.md has the events. Handlers wait for the database. */
@ApplicationScoped
public class ChannelEvents {

    /** The most channels that a board has. */
    static final int MAX_CHANNELS = 1_000;

    /** The longest text of a message that a page may send, in characters: with all else, it fits into a message of a client's. */
    static final int MAX_TEXT = 10_000;

    private static final int PAGE = 50;

    /** The channels of the board's own purposes. */
    private static final Set<ChannelName> TAKEN = Set.of(ChannelName.NEWS, Board.PEOPLE);

    @Inject
    Herald herald;

    @Inject
    Log log;

    @Inject
    BoardStore store;

    private Memberships memberships;

    @PostConstruct
    void begin() {
        memberships = new Memberships(herald, log, store);
    }

    /** What a page begins with. */
    @OnEvent("board:open")
    Views.Opened open(Connection connection) {
        var self = connection.person();
        var read = store.reads().all(self.id());
        var online = herald.people();
        var people = new People(herald, store.names().away());
        return new Views.Opened(
                new Views.Self(self.id(), self.name(), Person.isGuest(self.id())),
                memberships.all(connection, read),
                Talks.of(log, self, read).views(people::view),
                people.views(online),
                online.size(),
                new Views.Limits(MAX_TEXT));
    }

    /**
     * Which channels to look for.
     *
     * @param query what the name or the topic contains
     * @param after the last name of the page before
     */
    public record Browse(@Nullable String query, @Nullable String after) {}

    /** A page of the board's channels. */
    @OnEvent("board:browse")
    Views.BrowsePage browse(@Nullable Browse browse, Connection connection) {
        var query = browse == null || browse.query() == null ? "" : browse.query();
        var after = browse == null || browse.after() == null ? "" : browse.after();
        if (query.length() > ChannelName.MAX_LENGTH || after.length() > ChannelName.MAX_LENGTH) {
            throw new EventException("query-invalid", "a query is at most " + ChannelName.MAX_LENGTH + " characters");
        }
        var found = store.channels().browse(query, after, PAGE + 1);
        var mine = store.channels().memberships(connection.person().id()).stream()
                .map(one -> one.channel())
                .collect(Collectors.toSet());
        var page = found.stream()
                .limit(PAGE)
                .filter(channel -> memberships.may(connection, Action.JOIN, channel.name()))
                .map(channel -> new Views.Browsed(
                        channel.name().value(),
                        channel.topic(),
                        memberships.people(channel),
                        mine.contains(channel.name()) || channel.name().equals(ChannelName.NEWS)))
                .toList();
        return new Views.BrowsePage(page, found.size() > PAGE);
    }

    /** A channel to make. */
    public record Make(@Nullable String name, @Nullable String topic) {}

    /** Makes a channel, and puts its maker into it. */
    @OnEvent("board:make")
    Views.Channel make(@Nullable Make given, Connection connection) {
        var make = Given.required(given);
        var name = Memberships.named(make.name());
        var topic = checkedTopic(make.topic());
        memberships.require(connection, Action.JOIN, name);
        var outcome = TAKEN.contains(name) ? Outcome.WAS_SO : store.channels().make(name, topic, MAX_CHANNELS);
        if (outcome == Outcome.WAS_SO) {
            throw new EventException("exists", "there is a channel " + name + " already");
        } else if (outcome == Outcome.TOO_MANY) {
            throw new EventException("too-many", "a board has at most " + MAX_CHANNELS + " channels");
        }
        return entered(connection, name);
    }

    private static String checkedTopic(@Nullable String topic) {
        var checked = topic == null ? "" : topic.strip();
        if (checked.length() > BoardChannel.MAX_TOPIC || checked.chars().anyMatch(Character::isISOControl)) {
            throw new EventException(
                    "topic-invalid", "a topic is a single line of at most " + BoardChannel.MAX_TOPIC + " characters");
        }
        return checked;
    }

    /** Which channel. */
    public record InChannel(@Nullable String channel) {}

    /** Puts somebody into a channel. */
    @OnEvent("board:enter")
    Views.Channel enter(@Nullable InChannel given, Connection connection) {
        var where = Given.required(given);
        var channel = Memberships.named(where.channel());
        memberships.require(connection, Action.JOIN, channel);
        if (!channel.equals(ChannelName.NEWS)
                && store.channels().find(List.of(channel)).isEmpty()) {
            throw new EventException("unknown", "there is no channel " + channel);
        }
        return entered(connection, channel);
    }

    private Views.Channel entered(Connection connection, ChannelName channel) {
        var person = connection.person();
        if (!channel.equals(ChannelName.NEWS)) {
            var outcome = store.channels().enter(person.id(), channel, Memberships.MAX_CHANNELS);
            if (outcome == Outcome.TOO_MANY) {
                throw new EventException("too-many", "you may be in " + Memberships.MAX_CHANNELS + " channels");
            } else if (outcome == Outcome.DONE) {
                // What was said before the person came is not unread.
                store.reads().move(person.id(), Conversation.in(channel), log.head(channel));
            }
        }
        return told(person, channel);
    }

    private Views.Channel told(Person person, ChannelName channel) {
        var view = memberships.one(person, channel);
        memberships.tell(person.id(), "board:channel", view);
        return view;
    }

    /** Takes somebody out of a channel. */
    @OnEvent("board:exit")
    Views.Gone exit(@Nullable InChannel given, Connection connection) {
        var where = Given.required(given);
        var channel = Memberships.named(where.channel());
        if (channel.equals(ChannelName.NEWS)) {
            throw new EventException("always-there", "everyone is in news; mute it instead");
        }
        var gone = new Views.Gone(channel.value());
        if (store.channels().exit(connection.person().id(), channel)) {
            memberships.tell(connection.person().id(), "board:gone", gone);
        }
        return gone;
    }

    /** Whether to hear of a channel. */
    public record Mute(@Nullable String channel, boolean muted) {}

    /** Mutes a channel for somebody who is in it. */
    @OnEvent("board:mute")
    Views.Channel mute(@Nullable Mute given, Connection connection) {
        var mute = Given.required(given);
        var channel = Memberships.named(mute.channel());
        memberships.membership(connection.person(), channel);
        store.channels().mute(connection.person().id(), channel, mute.muted());
        return told(connection.person(), channel);
    }

    /** Another topic. */
    public record NewTopic(
            @Nullable String channel, @Nullable String topic) {}

    /** Gives a channel another topic, and tells those who are in it. */
    @OnEvent("board:topic")
    Views.Channel topic(@Nullable NewTopic given, Connection connection) {
        var wanted = Given.required(given);
        var channel = Memberships.named(wanted.channel());
        var topic = checkedTopic(wanted.topic());
        memberships.require(connection, Action.PUBLISH, channel);
        memberships.membership(connection.person(), channel);
        store.channels().topic(channel, topic);
        var unused = herald.channel(channel)
                .publishVolatile(
                        "board:topic",
                        new Views.Topic(
                                channel.value(), topic, connection.person().id()));
        return memberships.one(connection.person(), channel);
    }

    /** Up to where something is read: a channel, or the talk with a person. */
    public record ReadUpTo(
            @Nullable String channel,
            @Nullable String with,
            long offset,
            @Nullable String epoch) {}

    /** Remembers how far somebody has read, and tells the person's other tabs. */
    @OnEvent("board:read")
    Views.Read read(@Nullable ReadUpTo given, Connection connection) {
        var wanted = Given.required(given);
        var person = connection.person();
        var isTalk = wanted.with() != null && wanted.channel() == null;
        var channel = isTalk ? ChannelName.ofUser(person.id()) : Memberships.named(wanted.channel());
        memberships.require(connection, Action.JOIN, channel);
        var head = log.head(channel);
        if (!head.epoch().equals(wanted.epoch()) || wanted.offset() < 0 || wanted.offset() > head.offset()) {
            throw new EventException("unknown", "there is no such message");
        }
        var conversation = isTalk ? Conversation.with(partner(wanted.with())) : Conversation.in(channel);
        var upTo = store.reads().move(person.id(), conversation, new Position(head.epoch(), wanted.offset()));
        var count = isTalk
                ? Talks.of(log, person, store.reads().all(person.id())).unread(partner(wanted.with()))
                : new Unread(log, person, Unread.LOOKED_AT).in(channel, upTo, head);
        var read = new Views.Read(
                isTalk ? null : channel.value(),
                isTalk ? wanted.with() : null,
                upTo.offset(),
                upTo.epoch(),
                count.unread(),
                count.mentions());
        memberships.tell(person.id(), "board:read", read);
        return read;
    }

    private static String partner(@Nullable String personId) {
        var unused = Memberships.privateOf(personId);
        return Objects.requireNonNull(personId);
    }
}
