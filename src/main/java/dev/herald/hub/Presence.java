package dev.herald.hub;

import dev.herald.api.ChannelName;
import dev.herald.api.Connected;
import dev.herald.api.Connection;
import dev.herald.api.Person;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Who is connected, and who is in which channel. Thread-safe; each method is one atomic step, and what it returns is a copy.
 */
public final class Presence {

    private final int maxConnections;

    // Guarded by this object's monitor. Insertion order is the order of arrival.
    private final Map<String, Subscriber> connections = new LinkedHashMap<>();
    private final Map<String, Map<String, Connection>> people = new LinkedHashMap<>();
    private final Map<ChannelName, Map<String, Connection>> channels = new HashMap<>();

    Presence(int maxConnections) {
        this.maxConnections = maxConnections;
    }

    /**
     * Adds a connection.
     *
     * @return what there is to tell of it
     * @throws LimitException when there are as many as there may be
     */
    synchronized Connected connect(Subscriber subscriber) {
        if (connections.size() >= maxConnections) {
            throw new LimitException("the server has as many connections as it takes: " + maxConnections);
        }
        var connection = subscriber.connection();
        connections.put(connection.id(), subscriber);
        var first = add(people, connection.person().id(), connection);
        return new Connected(connection, first, people.size());
    }

    /** Removes a connection; returns whether its person has no other. */
    synchronized boolean disconnect(Connection connection) {
        connections.remove(connection.id());
        return remove(people, connection.person().id(), connection);
    }

    synchronized void join(ChannelName channel, Connection connection) {
        add(channels, channel, connection);
    }

    synchronized void leave(ChannelName channel, Connection connection) {
        remove(channels, channel, connection);
    }

    private static <K> boolean add(Map<K, Map<String, Connection>> groups, K key, Connection connection) {
        var group = groups.computeIfAbsent(key, k -> new LinkedHashMap<>());
        group.put(connection.id(), connection);
        return group.size() == 1;
    }

    private static <K> boolean remove(Map<K, Map<String, Connection>> groups, K key, Connection connection) {
        var group = groups.get(key);
        if (group == null || group.remove(connection.id()) == null || !group.isEmpty()) {
            return false;
        }
        groups.remove(key);
        return true;
    }

    synchronized Optional<Subscriber> find(String connectionId) {
        return Optional.ofNullable(connections.get(connectionId));
    }

    /** The open connections, in the order in which they were opened. */
    public synchronized List<Connection> connections() {
        return connections.values().stream().map(Subscriber::connection).toList();
    }

    /** The people who are connected, in the order of their first connections, each as their latest connection shows them. */
    public synchronized List<Person> people() {
        return people.values().stream().map(Presence::latest).toList();
    }

    /** Whether a person has an open connection. */
    public synchronized boolean isOnline(String personId) {
        return people.containsKey(personId);
    }

    /** How many people are connected. */
    public synchronized int countPeople() {
        return people.size();
    }

    /** The people in a channel, in the order in which they joined. */
    public synchronized List<Person> people(ChannelName channel) {
        var byId = new LinkedHashMap<String, Person>();
        for (var connection : channels.getOrDefault(channel, Map.of()).values()) {
            byId.put(connection.person().id(), connection.person());
        }
        return List.copyOf(byId.values());
    }

    private static Person latest(Map<String, Connection> connections) {
        return connections.values().stream()
                .reduce((earlier, later) -> later)
                .orElseThrow()
                .person();
    }
}
