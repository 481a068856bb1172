package dev.herald.hub;

import static java.lang.System.Logger.Level.ERROR;

import dev.herald.api.ChannelName;
import dev.herald.api.Connected;
import dev.herald.api.Connection;
import dev.herald.api.Person;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Who is connected, and who is in which channel: the connections of this node, and the people of all nodes. Thread-safe; each method is
 * one atomic step, and what it returns is a copy. Any thread may call, with any lock held.
 */
public final class Presence {

    private static final System.Logger LOG = System.getLogger(Presence.class.getName());

    /** Of the ids of connections whose clients may come back. */
    static final int CONNECTION_ID_LENGTH = 20;

    private final int maxConnections;

    /** Hear of the people here, under this object's monitor. */
    private final Neighbours neighbours;

    // Guarded by this object's monitor. Insertion order is the order of arrival.
    private final Map<String, Member> members = new LinkedHashMap<>();
    private final Map<Someone, Map<String, Connection>> people = new LinkedHashMap<>();
    private final Map<String, Integer> peopleByNamespace = new HashMap<>();
    private final Map<ChannelName, Map<String, Connection>> channels = new HashMap<>();
    private final PeopleElsewhere elsewhere = new PeopleElsewhere();

    /** A person in a namespace. */
    private record Someone(String namespace, String personId) {

        static Someone of(Connection connection) {
            return new Someone(connection.namespace(), connection.person().id());
        }
    }

    Presence(int maxConnections, Neighbours neighbours) {
        this.maxConnections = maxConnections;
        this.neighbours = neighbours;
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
        var someone = Someone.of(connection);
        var isFirstHere = add(people, someone, connection);
        var first = isFirstHere && !elsewhere.has(someone.namespace(), someone.personId());
        neighbours.changed(someone.namespace(), someone.personId());
        var count = peopleByNamespace.merge(connection.namespace(), first ? 1 : 0, Integer::sum);
        return new Connected(connection, first, count, recovered, member);
    }

    /** Removes a connection; returns whether its person has no other in its namespace, on any node. */
    synchronized boolean disconnect(Connection connection) {
        members.remove(connection.id());
        var someone = Someone.of(connection);
        var isLastHere = remove(people, someone, connection);
        if (isLastHere) {
            neighbours.changed(someone.namespace(), someone.personId());
        }
        var last = isLastHere && !elsewhere.has(someone.namespace(), someone.personId());
        if (last) {
            countOneLess(connection.namespace());
        }
        return last;
    }

    private void countOneLess(String namespace) {
        peopleByNamespace.computeIfPresent(namespace, (n, count) -> count == 1 ? null : count - 1);
    }

    synchronized void join(ChannelName channel, Connection connection) {
        add(channels, channel, connection);
        changed(channel, connection);
    }

    synchronized void leave(ChannelName channel, Connection connection) {
        remove(channels, channel, connection);
        changed(channel, connection);
    }

    /** Who is in a channel of one person or of one connection is nobody's business. */
    private void changed(ChannelName channel, Connection connection) {
        if (!channel.isPrivate() && !channel.isOfConnection()) {
            neighbours.changed(Attendance.place(channel), connection.person().id());
        }
    }

    // The people of other nodes.

    /** Notes who came and went on another node. */
    public synchronized void heard(String node, Iterable<Attendance> changes) {
        changes.forEach(change -> {
            var changesAll = elsewhere.put(node, change);
            if (changesAll
                    && isNamespace(change.place())
                    && !people.containsKey(new Someone(change.place(), change.personId()))) {
                if (change.name() == null) {
                    countOneLess(change.place());
                } else {
                    peopleByNamespace.merge(change.place(), 1, Integer::sum);
                }
            }
        });
    }

    /** Another node is there no more, and so is nobody on it. */
    public synchronized void forget(String node) {
        heard(node, elsewhere.of(node));
        elsewhere.forget(node);
    }

    /** This node is alone, as far as it knows. */
    public synchronized void forgetOthers() {
        elsewhere.nodes().forEach(this::forget);
    }

    private static boolean isNamespace(String place) {
        return place.startsWith("/");
    }

    /** How it is here with some people at a place. */
    public synchronized List<Attendance> here(String place, Collection<String> personIds) {
        var there =
                isNamespace(place) ? Map.<String, Person>of() : peopleHere(new ChannelName(place), personIds::contains);
        return personIds.stream()
                .map(id -> {
                    var connections = isNamespace(place) ? people.get(new Someone(place, id)) : null;
                    var person = connections == null ? there.get(id) : latest(connections);
                    return person == null ? new Attendance(place, id, null) : Attendance.of(place, person);
                })
                .toList();
    }

    /** Everybody who is here, in all namespaces and channels that others may know of. */
    public synchronized List<Attendance> here() {
        var all = new ArrayList<Attendance>();
        people.forEach((someone, connections) -> all.add(Attendance.of(someone.namespace(), latest(connections))));
        channels.keySet().stream()
                .filter(channel -> !channel.isPrivate() && !channel.isOfConnection())
                .forEach(channel -> peopleHere(channel)
                        .values()
                        .forEach(person -> all.add(Attendance.of(Attendance.place(channel), person))));
        return all;
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

    /** The connection whose own room this is. The id of a connection that others can send to is the end of the room's name. */
    synchronized Optional<Member> ownerOf(ChannelName room) {
        var name = room.value();
        return find(name.substring(Math.max(0, name.length() - CONNECTION_ID_LENGTH)))
                .filter(member -> member.room().equals(room));
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

    /** Closes all connections here in such a way that their clients come back; as {@link Subscriber#mustComeBack}. */
    public void sendAllBack(String why) {
        List<Member> all;
        synchronized (this) {
            all = List.copyOf(members.values());
        }
        for (var member : all) {
            try {
                member.sendBack(why);
            } catch (RuntimeException | Error e) {
                LOG.log(ERROR, "connection " + member.connection().id() + " could not be closed to come back", e);
            }
        }
    }

    /** All connections of this node, in all namespaces, in the order in which they were connected. */
    public synchronized List<Member> members() {
        return List.copyOf(members.values());
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
     * The people who are connected in the main namespace: first those who are here, in the order of their first connections, each as
     * their latest connection shows them, then those of other nodes.
     */
    public synchronized List<Person> people() {
        var byId = new LinkedHashMap<String, Person>();
        people.forEach((someone, connections) -> {
            if (someone.namespace().equals(Connection.MAIN)) {
                byId.put(someone.personId(), latest(connections));
            }
        });
        elsewhere.people(Connection.MAIN).forEach(person -> byId.putIfAbsent(person.id(), person));
        return List.copyOf(byId.values());
    }

    /** Whether a person has an open connection in the main namespace, on any node. */
    public synchronized boolean isOnline(String personId) {
        return people.containsKey(new Someone(Connection.MAIN, personId)) || elsewhere.has(Connection.MAIN, personId);
    }

    /** How many people are connected in the main namespace, on all nodes. */
    public synchronized int countPeople() {
        return peopleByNamespace.getOrDefault(Connection.MAIN, 0);
    }

    /** The people in a channel: first those who are here, in the order in which they joined, then those of other nodes. */
    public synchronized List<Person> people(ChannelName channel) {
        var byId = peopleHere(channel);
        elsewhere.people(Attendance.place(channel)).forEach(person -> byId.putIfAbsent(person.id(), person));
        return List.copyOf(byId.values());
    }

    private Map<String, Person> peopleHere(ChannelName channel) {
        return peopleHere(channel, id -> true);
    }

    private Map<String, Person> peopleHere(ChannelName channel, Predicate<String> wanted) {
        var byId = new LinkedHashMap<String, Person>();
        for (var connection : channels.getOrDefault(channel, Map.of()).values()) {
            if (wanted.test(connection.person().id())) {
                byId.put(connection.person().id(), connection.person());
            }
        }
        return byId;
    }

    private static Person latest(Map<String, Connection> connections) {
        return connections.values().stream()
                .reduce((earlier, later) -> later)
                .orElseThrow()
                .person();
    }
}
