package dev.herald.hub;

import dev.herald.api.Person;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Who is where on the other nodes. Guarded by the monitor of the {@link Presence} that it belongs to; it takes no lock. */
final class PeopleElsewhere {

    /** By place, person and node: the display name there. */
    private final Map<String, Map<String, Map<String, String>>> places = new HashMap<>();

    /** By node: where its people are. */
    private final Map<String, Set<Spot>> byNode = new HashMap<>();

    private record Spot(String place, String personId) {}

    /** Notes a change on a node; returns whether the person came to be at the place, or is there no more, on all of these nodes. */
    boolean put(String node, Attendance change) {
        var spot = new Spot(change.place(), change.personId());
        if (change.name() == null) {
            return byNode.getOrDefault(node, Set.of()).contains(spot) && remove(node, spot);
        }
        byNode.computeIfAbsent(node, n -> new HashSet<>()).add(spot);
        var names = places.computeIfAbsent(spot.place(), p -> new LinkedHashMap<>())
                .computeIfAbsent(spot.personId(), p -> new LinkedHashMap<>(2));
        var isNew = names.isEmpty();
        names.put(node, change.name());
        return isNew;
    }

    private boolean remove(String node, Spot spot) {
        byNode.getOrDefault(node, new HashSet<>()).remove(spot);
        var there = places.get(spot.place());
        var names = there == null ? null : there.get(spot.personId());
        if (there == null || names == null || names.remove(node) == null || !names.isEmpty()) {
            return false;
        }
        there.remove(spot.personId());
        if (there.isEmpty()) {
            places.remove(spot.place());
        }
        return true;
    }

    /** That everybody who is on a node is gone. */
    List<Attendance> of(String node) {
        return byNode.getOrDefault(node, Set.of()).stream()
                .map(spot -> new Attendance(spot.place(), spot.personId(), null))
                .toList();
    }

    /** The nodes of which something is known. */
    Collection<String> nodes() {
        return List.copyOf(byNode.keySet());
    }

    void forget(String node) {
        byNode.remove(node);
    }

    boolean has(String place, String personId) {
        return places.getOrDefault(place, Map.of()).containsKey(personId);
    }

    /** The people at a place, in the order in which this node learned of them. */
    List<Person> people(String place) {
        return places.getOrDefault(place, Map.of()).entrySet().stream()
                .map(entry -> new Person(
                        entry.getKey(), entry.getValue().values().iterator().next()))
                .toList();
    }
}
