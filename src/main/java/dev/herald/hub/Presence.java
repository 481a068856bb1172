package dev.herald.hub;

import dev.herald.api.ChannelName;
import dev.herald.api.Connected;
import dev.herald.api.Connection;
import dev.herald.api.Person;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who is connected, and who is in which channel. Any thread may call, with any lock held: its own is a leaf. Each method is
 * one atomic step, and what it returns is a copy.
 */
public final class Presence {

    private final int maxConnections;

    // Guarded by this object's monitor. Insertion order is the order of arrival.
    private final Map<String, Member> members = new LinkedHashMap<>();
    private final Map<Someone, Map<String, Connection>> people = new LinkedHashMap<>();
    private final Map<String, Integer> peopleByNamespace = new HashMap<>();
    private final Map<ChannelName, Map<String, Connection>> channels = new HashMap<>();

    /** A person in a namespace. */
    private record Someone(String namespace, String personId) {

        static Someone of(Connection connection) {
            return new Someone(connection.namespace(), connection.person().id());
        }
    }

    Presence(int maxConnections) {
        this.maxConnections = maxConnections;
    }

    /**
     * Adds a connection.
     *
     * @param recovered whether its client goes on where it was
     * @return what there is to tell of it
     * @throws LimitException when there are as many as there may be
     */
    synchronized Connected connect(Member member, boolean recovered) {
        if (members.size() >= maxConnections) {
            throw new LimitException("the server has as many connections as it takes: " + maxConnections);
        }
        var connection = member.connection();
        members.put(connection.id(), member);
        var first = add(people, Someone.of(connection), connection);
        var count = peopleByNamespace.merge(connection.namespace(), first ? 1 : 0, Integer::sum);
        return new Connected(connection, first, count, recovered, member);
    }

    /** Removes a connection; returns whether its person has no other in its namespace. */
    synchronized boolean disconnect(Connection connection) {
        members.remove(connection.id());
        var last = remove(people, Someone.of(connection), connection);
        if (last) {
            peopleByNamespace.computeIfPresent(connection.namespace(), (n, count) -> count == 1 ? null : count - 1);
        }
        return last;
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

    synchronized Optional<Member> find(String connectionId) {
        return Optional.ofNullable(members.get(connectionId));
    }

    /** The connections of a person in the main namespace. */
    public synchronized List<Member> members(String personId) {
        return people.getOrDefault(new Someone(Connection.MAIN, personId), Map.of()).keySet().stream()
                .flatMap(id -> Optional.ofNullable(members.get(id)).stream())
                .toList();
    }

    /**
     * The members of a namespace that are in one of these channels, in the order in which they were connected.
     *
     * @param rooms none for all members of the namespace
     */
    public synchronized List<Member> members(String namespace, Set<ChannelName> rooms) {
        var inRooms = new HashSet<String>();
        rooms.forEach(
                room -> inRooms.addAll(channels.getOrDefault(room, Map.of()).keySet()));
        return members.values().stream()
                .filter(member -> member.connection().namespace().equals(namespace))
                .filter(member ->
                        rooms.isEmpty() || inRooms.contains(member.connection().id()))
                .toList();
    }

    /** The connections of a person in all namespaces. */
    public synchronized List<Member> allMembers(String personId) {
        return members.values().stream()
                .filter(member -> member.connection().person().id().equals(personId))
                .toList();
    }

    /** The open connections of a namespace, in the order in which they were opened. */
    public synchronized List<Connection> connections(String namespace) {
        return members.values().stream()
                .map(Member::connection)
                .filter(connection -> connection.namespace().equals(namespace))
                .toList();
    }

    /**
     * The people who are connected in the main namespace, in the order of their first connections, each as their latest
     * connection shows them.
     */
    public synchronized List<Person> people() {
        return people.entrySet().stream()
                .filter(entry -> entry.getKey().namespace().equals(Connection.MAIN))
                .map(entry -> latest(entry.getValue()))
                .toList();
    }

    /** Whether a person has an open connection in the main namespace. */
    public synchronized boolean isOnline(String personId) {
        return people.containsKey(new Someone(Connection.MAIN, personId));
    }

    /** How many people are connected in the main namespace. */
    public synchronized int countPeople() {
        return peopleByNamespace.getOrDefault(Connection.MAIN, 0);
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
