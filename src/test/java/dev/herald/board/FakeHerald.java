package dev.herald.board;

import static dev.herald.api.RefusedException.Reason.LOG_UNAVAILABLE;

import dev.herald.api.Action;
import dev.herald.api.AllConnections;
import dev.herald.api.Answers;
import dev.herald.api.Broadcast;
import dev.herald.api.ChannelKind;
import dev.herald.api.ChannelName;
import dev.herald.api.Connected;
import dev.herald.api.Connection;
import dev.herald.api.Disconnected;
import dev.herald.api.Envelope;
import dev.herald.api.Herald;
import dev.herald.api.Peer;
import dev.herald.api.Person;
import dev.herald.api.Position;
import dev.herald.api.Receipt;
import dev.herald.api.RefusedException;
import dev.herald.api.ToChannel;
import dev.herald.api.ToConnection;
import dev.herald.api.ToPerson;
import jakarta.json.JsonValue;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A Herald without a server: remembers what was published and sent, and counts the people of the connections it is told. */
final class FakeHerald implements Herald {

    static final Instant NOON = Instant.parse("2026-01-01T12:00:30Z");

    /** What was sent to a single connection. */
    record Sent(String connectionId, String event, JsonValue data) {}

    private final Map<String, Connection> connections = new LinkedHashMap<>();
    /** The people of other nodes. */
    private final Set<Person> elsewhere = new LinkedHashSet<>();

    private final Map<ChannelName, List<Envelope>> published = new HashMap<>();
    private final List<Sent> sent = new ArrayList<>();

    /** Somebody has a connection of another node, or has not any more. */
    synchronized void isElsewhere(Person person, boolean is) {
        if (is) {
            elsewhere.add(person);
        } else {
            elsewhere.remove(person);
        }
    }

    /** Opens a connection, as the hub does before it fires the event. */
    synchronized Connected connect(String id, Person person) {
        var connection = new Connection(id, person);
        var first = !isThere(person);
        connections.put(id, connection);
        return new Connected(connection, first, countPeople(), null);
    }

    /** Closes a connection, as the hub does before it fires the event. */
    synchronized Disconnected disconnect(Connection connection) {
        connections.remove(connection.id());
        return new Disconnected(connection, "closed by the client", Set.of(), !isThere(connection.person()));
    }

    @Override
    public synchronized boolean isOnline(String personId) {
        return people().stream().anyMatch(person -> person.id().equals(personId));
    }

    private boolean isThere(Person person) {
        return people().contains(person);
    }

    synchronized Envelope add(
            ChannelName channel, String event, @Nullable Person from, @Nullable String to, String json) {
        var log = published.computeIfAbsent(channel, name -> new ArrayList<>());
        var message = new Envelope(channel, new Position("e", log.size() + 1L), event, from, to, NOON, json);
        log.add(message);
        return message;
    }

    synchronized List<Sent> sent() {
        return List.copyOf(sent);
    }

    @Override
    public CompletionStage<Receipt> news(JsonValue data) {
        return publish(ChannelName.NEWS, "news", data);
    }

    @Override
    public CompletionStage<Receipt> tell(String personId, JsonValue data) {
        return publish(ChannelName.ofUser(personId), "private", data);
    }

    @Override
    public CompletionStage<Receipt> publish(ChannelName channel, String event, JsonValue data) {
        if (refuses) {
            return CompletableFuture.failedStage(new RefusedException(LOG_UNAVAILABLE, "the log is away"));
        }
        var message = add(channel, event, null, null, data.toString());
        return CompletableFuture.completedStage(new Receipt(channel, message.position(), false, ChannelKind.MEMORY));
    }

    @Override
    public synchronized boolean send(String connectionId, String event, JsonValue data) {
        sent.add(new Sent(connectionId, event, data));
        return connections.containsKey(connectionId);
    }

    @Override
    public synchronized List<Envelope> latest(ChannelName channel, int limit) {
        var all = published.getOrDefault(channel, List.of());
        return List.copyOf(all.subList(Math.max(0, all.size() - limit), all.size()));
    }

    @Override
    public synchronized List<Person> people() {
        var now = beforePeople;
        beforePeople = () -> {};
        now.run();
        return Stream.concat(connections.values().stream().map(Connection::person), elsewhere.stream())
                .distinct()
                .toList();
    }

    @Override
    public int countPeople() {
        return people().size();
    }

    @Override
    public List<Person> people(ChannelName channel) {
        return people();
    }

    /** Whether the log takes nothing. */
    boolean refuses;

    /** Runs once, before the people are told: what happens between two questions. */
    Runnable beforePeople = () -> {};

    @Override
    public synchronized List<Connection> connections() {
        return List.copyOf(connections.values());
    }

    @Override
    public ToChannel channel(ChannelName name) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Boolean> may(String connectionId, Action action, ChannelName channel) {
        return CompletableFuture.completedStage(channel.isOpen() && !forbidden.contains(channel));
    }

    /** Channels that nobody may do anything in. */
    final Set<ChannelName> forbidden = ConcurrentHashMap.newKeySet();

    @Override
    public void revoke(String personId, ChannelName channel) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ToPerson person(String id) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ToConnection connection(String id) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void signOut(String personId) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void revoke(String personId) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<Peer> peer(String connectionId) {
        throw new UnsupportedOperationException();
    }

    /** What was broadcast to a namespace. */
    record Broadcasted(String namespace, Set<String> except, String event, List<JsonValue> arguments) {}

    private final List<Broadcasted> broadcasts = new ArrayList<>();

    synchronized List<Broadcasted> broadcasts() {
        return List.copyOf(broadcasts);
    }

    @Override
    public Broadcast in(String namespace) {
        return new FakeBroadcast(namespace, Set.of());
    }

    private final class FakeBroadcast implements Broadcast {

        private final String namespace;
        private final Set<String> except;

        FakeBroadcast(String namespace, Set<String> except) {
            this.namespace = namespace;
            this.except = except;
        }

        @Override
        public Broadcast to(String... rooms) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Broadcast except(String... roomsOrConnectionIds) {
            return new FakeBroadcast(namespace, Set.of(roomsOrConnectionIds));
        }

        @Override
        public Broadcast unlogged() {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<Answers<List<JsonValue>>> ask(Duration patience, String event, JsonValue... arguments) {
            throw new UnsupportedOperationException();
        }

        @Override
        public <T> CompletionStage<Answers<T>> ask(
                Duration patience, String event, Class<T> answer, @Nullable Object... arguments) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<Peer> peers() {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<AllConnections> connections() {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<List<Receipt>> emit(String event, JsonValue... arguments) {
            broadcasts.add(new Broadcasted(namespace, except, event, List.of(arguments)));
            var receipt = new Receipt(ChannelName.NEWS, new Position("life", 7), false, ChannelKind.MEMORY);
            return CompletableFuture.completedStage(List.of(receipt));
        }
    }

    @Override
    public List<Connection> connections(String namespace) {
        return connections();
    }
}
