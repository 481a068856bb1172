package dev.herald.board;

import dev.herald.api.ChannelName;
import dev.herald.api.Envelope;
import dev.herald.api.Person;
import dev.herald.api.Position;
import dev.herald.boardstore.Conversation;
import dev.herald.hub.Log;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The private conversations of one person, as the end of the person's own channel shows them. Used by one thread; it waits for the
 * log.
 */
final class Talks {

    /** The most conversations that are told. */
    static final int MOST = 50;

    /** How many of the last private messages are looked at, at most: conversations that are older are not told. */
    static final int LOOKED_AT = 1_000;

    private final Person reader;
    private final String epoch;
    private final Map<Conversation, Position> read;

    /** The last spoken with first. */
    private final Map<String, Talk> talks = new LinkedHashMap<>();

    /** One conversation. */
    private static final class Talk {

        private final long head;
        private @Nullable String name;
        private Unread.Count count = Unread.Count.NONE;

        Talk(long head) {
            this.head = head;
        }
    }

    private Talks(Person reader, String epoch, Map<Conversation, Position> read) {
        this.reader = reader;
        this.epoch = epoch;
        this.read = read;
    }

    /**
     * Reads them.
     *
     * @param read up to where the person has read each conversation
     */
    static Talks of(Log log, Person reader, Map<Conversation, Position> read) {
        var own = ChannelName.ofUser(reader.id());
        var head = log.head(own);
        var talks = new Talks(reader, head.epoch(), read);
        Past.read(log, own, head.offset() + 1, LOOKED_AT, talks::visit);
        return talks;
    }

    private boolean visit(Envelope message) {
        var position = Objects.requireNonNull(message.position(), "a message of a log has a position");
        partner(message).ifPresent(id -> {
            var talk = talks.get(id);
            if (talk == null && talks.size() < MOST) {
                talk = new Talk(position.offset());
                talks.put(id, talk);
            }
            if (talk != null) {
                add(talk, id, message, position.offset());
            }
        });
        return true;
    }

    private void add(Talk talk, String id, Envelope message, long offset) {
        var from = message.from();
        if (from != null && from.id().equals(id)) {
            talk.name = talk.name == null ? from.name() : talk.name;
            talk.count = offset > readUpTo(id) ? talk.count.and(message, reader) : talk.count;
        }
    }

    private long readUpTo(String id) {
        var place = read.get(Conversation.with(id));
        return place == null ? 0 : place.epoch().equals(epoch) ? place.offset() : Long.MAX_VALUE;
    }

    /** With whom a message in the own channel is; empty when it is no private message of a person. */
    static Optional<String> partner(Envelope message) {
        var from = message.from();
        if (from == null) {
            return Optional.empty();
        }
        return switch (message.event()) {
            case "private" -> Optional.of(from.id());
            case "sent" -> Optional.ofNullable(message.to());
            default -> Optional.empty();
        };
    }

    /** How much is unread of the conversation with this person. */
    Unread.Count unread(String personId) {
        var talk = talks.get(personId);
        return talk == null ? Unread.Count.NONE : talk.count;
    }

    /**
     * What is told of them.
     *
     * @param person who has this id, and maybe this name
     */
    List<Views.Talk> views(Function<Person, Views.Someone> person) {
        return talks.entrySet().stream()
                .map(entry -> view(entry.getKey(), entry.getValue(), person))
                .toList();
    }

    private Views.Talk view(String id, Talk talk, Function<Person, Views.Someone> person) {
        var name = talk.name == null ? People.nameOf(id) : talk.name;
        var upTo = Math.min(readUpTo(id), talk.head);
        return new Views.Talk(
                person.apply(new Person(id, name)), talk.count.unread(), talk.count.mentions(), talk.head, epoch, upTo);
    }
}
