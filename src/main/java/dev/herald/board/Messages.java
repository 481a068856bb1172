package dev.herald.board;

import dev.herald.api.Action;
import dev.herald.api.ChannelKind;
import dev.herald.api.ChannelName;
import dev.herald.api.Connection;
import dev.herald.api.Envelope;
import dev.herald.api.EventException;
import dev.herald.api.Position;
import dev.herald.boardstore.BoardStore;
import dev.herald.boardstore.MarkTables;
import dev.herald.boardstore.Marks;
import dev.herald.hub.Log;
import jakarta.json.Json;
import jakarta.json.JsonBuilderFactory;
import jakarta.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The messages of people as they are now: with new texts, without deleted ones, with reactions. Called by handlers, which hold no
 * lock: it waits for the database.
 */
final class Messages {

    private static final JsonBuilderFactory JSON = Json.createBuilderFactory(Map.of());

    private final Log log;
    private final BoardStore store;
    private final Memberships memberships;

    Messages(Log log, BoardStore store, Memberships memberships) {
        this.log = log;
        this.store = store;
        this.memberships = memberships;
    }

    /**
     * What a client means: a channel, or the talk with a person, which is in the own private channel.
     *
     * @param channel where the messages are
     * @param partner the other person's id; {@code null} for a channel
     */
    record Where(ChannelName channel, @Nullable String partner) {

        /** Reads what the client gave: one of the two. */
        static Where of(@Nullable String channel, @Nullable String with, Connection connection) {
            if (with == null || channel != null) {
                return new Where(Memberships.named(channel), null);
            }
            var unused = Memberships.privateOf(with);
            return new Where(ChannelName.ofUser(connection.person().id()), with);
        }

        /** Where one writes to reach the others. */
        ChannelName writtenTo() {
            return partner == null ? channel : ChannelName.ofUser(partner);
        }

        /** Whether this is one of its messages. */
        boolean has(Envelope message) {
            return partner == null
                    ? Unread.MESSAGES.contains(message.event())
                    : Talks.partner(message).filter(partner::equals).isPresent();
        }
    }

    /**
     * A message that the client means.
     *
     * @throws EventException with {@code unknown} when there is none, or it is deleted; with {@code channel-forbidden} when the client
     *     may not write there
     */
    Envelope find(Where where, long offset, @Nullable String epoch, Connection connection) {
        memberships.require(connection, Action.PUBLISH, where.writtenTo());
        memberships.require(connection, Action.HISTORY, where.channel());
        if (offset > 0 && offset < Long.MAX_VALUE) {
            for (var message : log.before(where.channel(), offset + 1, 1).messages()) {
                var position = position(message);
                if (position.offset() == offset
                        && position.epoch().equals(epoch)
                        && where.has(message)
                        && !marks(where.channel(), List.of(message))
                                .getOrDefault(offset, Marks.NONE)
                                .deleted()) {
                    return message;
                }
            }
        }
        throw new EventException("unknown", "there is no such message");
    }

    /** Where the marks of a message are. */
    MarkTables.Place place(Envelope message) {
        var position = position(message);
        return place(Objects.requireNonNull(message.channel()), position.epoch(), position.offset());
    }

    private MarkTables.Place place(ChannelName channel, String epoch, long offset) {
        return new MarkTables.Place(channel, log.kind(channel) == ChannelKind.DURABLE ? "" : epoch, offset);
    }

    private Map<Long, Marks> marks(ChannelName channel, List<Envelope> newestFirst) {
        if (newestFirst.isEmpty()) {
            return Map.of();
        }
        var newest = position(newestFirst.get(0));
        var oldest = position(newestFirst.get(newestFirst.size() - 1));
        return store.marks().read(place(channel, oldest.epoch(), oldest.offset()), newest.offset() + 1);
    }

    /** Messages of one channel as a client is shown them, in the order given. */
    List<JsonObject> shown(ChannelName channel, List<Envelope> newestFirst) {
        var marks = marks(channel, newestFirst);
        return newestFirst.stream()
                .map(message ->
                        shown(message, marks.getOrDefault(position(message).offset(), Marks.NONE)))
                .toList();
    }

    private static JsonObject shown(Envelope message, Marks marks) {
        var position = position(message);
        var json = JSON.createObjectBuilder()
                .add("channel", Objects.requireNonNull(message.channel()).value())
                .add("offset", position.offset())
                .add("epoch", position.epoch())
                .add("event", message.event())
                .add("at", message.at().toString());
        var from = message.from();
        if (from != null) {
            json.add("from", from.id()).add("name", from.name());
        }
        var to = message.to();
        if (to != null) {
            json.add("to", to);
        }
        if (marks.deleted()) {
            return json.add("deleted", true).build();
        }
        if (marks.text() != null) {
            json.add("msg", marks.text()).add("edited", String.valueOf(marks.editedAt()));
        } else {
            Text.of(message).ifPresentOrElse(text -> json.add("msg", text), () -> json.add("data", message.data()));
        }
        if (!marks.reactions().isEmpty()) {
            var reactions = JSON.createObjectBuilder();
            marks.reactions().forEach((emoji, people) -> reactions.add(emoji, JSON.createArrayBuilder(people)));
            json.add("reactions", reactions);
        }
        return json.build();
    }

    static Position position(Envelope message) {
        return Objects.requireNonNull(message.position(), "a message of a log has a position");
    }
}
