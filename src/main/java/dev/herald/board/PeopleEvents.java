package dev.herald.board;

import dev.herald.api.Action;
import dev.herald.api.ChannelName;
import dev.herald.api.Connected;
import dev.herald.api.Connection;
import dev.herald.api.Disconnected;
import dev.herald.api.EventException;
import dev.herald.api.Herald;
import dev.herald.api.OnEvent;
import dev.herald.api.Peer;
import dev.herald.api.Person;
import dev.herald.boardstore.BoardStore;
import dev.herald.hub.Log;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What pages tell and ask of people: names, who looks, who types; docs/board.md has the events. Called by the threads of handlers
 * and observers, which hold no lock and may wait for the database.
 */
@ApplicationScoped
public class PeopleEvents {

    /** How many people are proposed for a name that begins so. */
    static final int PROPOSED = 20;

    /** How often others are told that somebody types, in nanoseconds. */
    private static final long TYPING_PAUSE = 1_000_000_000;

    /** How many people may type at one time; the others are told a little more often. */
    private static final int MAX_TYPING = 10_000;

    /** What is kept with a connection whose page nobody looks at. */
    private static final String AWAY = "board:away";

    @Inject
    Herald herald;

    @Inject
    Log log;

    @Inject
    BoardStore store;

    private Memberships memberships;
    private Names names;

    // Guarded by itself: when others were told last, by who types and where.
    private final Map<List<String>, Long> typing = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<List<String>, Long> eldest) {
            return size() > MAX_TYPING;
        }
    };

    @PostConstruct
    void begin() {
        memberships = new Memberships(herald, log, store);
        names = new Names(herald, store);
    }

    /** A name. */
    public record Name(@Nullable String name) {}

    /** Gives a guest another name, which the guest's browser must keep. */
    @OnEvent("board:rename")
    Name rename(@Nullable Name given, Connection connection) {
        var person = connection.person();
        if (!Person.isGuest(person.id())) {
            throw new EventException("name-invalid", "Who has signed in has the name of the login.");
        }
        var wanted = Given.required(given).name();
        return new Name(names.claim(person, wanted == null ? "" : wanted));
    }

    /** Which people. */
    public record Beginning(
            @Nullable String prefix, @Nullable String channel) {}

    /** Some people. */
    public record Proposal(List<Views.Someone> people) {}

    /** The people whose names begin so: all who are there, or those in a channel. */
    @OnEvent("board:names")
    Proposal names(@Nullable Beginning given, Connection connection) {
        var wanted = Given.required(given);
        var prefix = Text.folded(wanted.prefix() == null ? "" : wanted.prefix());
        List<Person> all;
        if (wanted.channel() == null) {
            all = herald.people();
        } else {
            var channel = Memberships.named(wanted.channel());
            memberships.require(connection, Action.PRESENCE, channel);
            all = herald.people(channel);
        }
        var people = new People(herald, store.names().away());
        return new Proposal(all.stream()
                .filter(person -> Text.folded(person.name()).startsWith(prefix))
                .limit(PROPOSED)
                .map(people::view)
                .toList());
    }

    /** Whether somebody looks at a page. */
    public record Away(boolean away) {}

    /** A state of a person. */
    public record State(String id, String state) {}

    /** Notes that nobody looks at a page any more, or somebody does again. */
    @OnEvent("board:away")
    Map<String, String> away(@Nullable Away given, Peer peer) {
        if (Given.required(given).away()) {
            peer.put(AWAY, "true");
        } else {
            peer.remove(AWAY);
        }
        tellState(peer.connection().person().id());
        return Map.of();
    }

    private void tellState(String personId) {
        var tabs = herald.connections().stream()
                .filter(one -> one.person().id().equals(personId))
                .toList();
        var away = !tabs.isEmpty() && tabs.stream().allMatch(PeopleEvents::isAway);
        if (store.names().away(personId, away) && !tabs.isEmpty()) {
            var unused =
                    herald.channel(Board.PEOPLE).publishVolatile("state", new State(personId, away ? "away" : "here"));
        }
    }

    private static boolean isAway(Connection connection) {
        return connection.get(AWAY).isPresent();
    }

    void goOn(@Observes Disconnected disconnected) {
        var person = disconnected.connection().person();
        if (disconnected.last() ? isAway(disconnected.connection()) : hasOnlyAwayTabs(person)) {
            tellState(person.id());
        }
    }

    private boolean hasOnlyAwayTabs(Person person) {
        return herald.connections().stream()
                .filter(one -> one.person().equals(person))
                .allMatch(PeopleEvents::isAway);
    }

    /** A user who signs in keeps the own name. */
    void reserve(@Observes Connected connected) {
        var person = connected.connection().person();
        if (connected.first() && !Person.isGuest(person.id())) {
            names.reserve(person);
        }
    }

    /** Where somebody types. */
    public record Typing(@Nullable String channel, @Nullable String to) {}

    /** Tells others that somebody types: those in a channel, or one person. */
    public record Types(@Nullable String channel, @Nullable String from, String id, String name) {}

    /** Tells others that somebody types, at most once a second. */
    @OnEvent("board:typing")
    void typing(@Nullable Typing given, Connection connection) {
        var wanted = Given.required(given);
        var person = connection.person();
        var isPrivate = wanted.to() != null && wanted.channel() == null;
        var channel = isPrivate ? Memberships.privateOf(wanted.to()) : Memberships.named(wanted.channel());
        memberships.require(connection, Action.PUBLISH, channel);
        if (isTimeToTell(person.id(), channel)) {
            var types = new Types(
                    isPrivate ? null : channel.value(), isPrivate ? person.id() : null, person.id(), person.name());
            var unused = herald.channel(channel).publishVolatile("board:typing", types);
        }
    }

    private boolean isTimeToTell(String personId, ChannelName channel) {
        var key = List.of(personId, channel.value());
        var now = System.nanoTime();
        synchronized (typing) {
            var last = typing.get(key);
            if (last != null && now - last < TYPING_PAUSE) {
                return false;
            }
            typing.remove(key);
            typing.put(key, now);
            return true;
        }
    }
}
