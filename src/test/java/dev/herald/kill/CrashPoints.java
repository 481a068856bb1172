package dev.herald.kill;

import dev.herald.kill.History.Acked;
import dev.herald.kill.History.Event;
import dev.herald.kill.History.Killed;
import dev.herald.kill.History.Received;
import dev.herald.kill.History.Restarted;
import dev.herald.kill.History.Tried;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** How far messages had got when the server was killed, as told by what was heard before and after. */
final class CrashPoints {

    /** Where a kill meets a message. One message may be met at several. */
    enum Point {
        /** It was sent; its repetition is no duplicate. */
        BEFORE_COMMIT,
        /** Nobody had heard of it; its repetition is a duplicate. */
        AFTER_COMMIT,
        /** Its publisher had the ack; some subscriber gets it only from the next server. */
        AFTER_ACK,
        /** Some subscriber had it; its publisher had no ack, or another subscriber gets it only from the next server. */
        AFTER_PUSH
    }

    private final Map<Point, Set<String>> hits = new EnumMap<>(Point.class);
    private final Map<String, Integer> triedBeforeKill = new HashMap<>();
    private final Map<String, Integer> acked = new HashMap<>();
    private final Map<String, Integer> pushed = new HashMap<>();
    private int server;
    private boolean killed;

    private CrashPoints() {
        for (var point : Point.values()) {
            hits.put(point, new HashSet<>());
        }
    }

    /** How many messages were met at each point. */
    static Map<Point, Integer> count(List<Event> events) {
        var points = new CrashPoints();
        events.forEach(points::note);
        var counts = new EnumMap<Point, Integer>(Point.class);
        points.hits.forEach((point, ids) -> counts.put(point, ids.size()));
        return counts;
    }

    private void note(Event event) {
        if (event instanceof Killed) {
            killed = true;
        } else if (event instanceof Restarted) {
            killed = false;
            server++;
        } else if (event instanceof Tried tried && !killed) {
            triedBeforeKill.putIfAbsent(tried.id(), server);
        } else if (event instanceof Acked ack) {
            acked.putIfAbsent(ack.id(), server);
            if (isOfTheServerBefore(triedBeforeKill, ack.id())) {
                if (!ack.duplicate()) {
                    hit(Point.BEFORE_COMMIT, ack.id());
                } else {
                    hit(isOfTheServerBefore(pushed, ack.id()) ? Point.AFTER_PUSH : Point.AFTER_COMMIT, ack.id());
                }
            }
        } else if (event instanceof Received received) {
            pushed.putIfAbsent(received.id(), server);
            if (isOfTheServerBefore(acked, received.id())) {
                hit(Point.AFTER_ACK, received.id());
            }
            if (isOfTheServerBefore(pushed, received.id())) {
                hit(Point.AFTER_PUSH, received.id());
            }
        }
    }

    private boolean isOfTheServerBefore(Map<String, Integer> servers, String id) {
        return servers.getOrDefault(id, server) < server;
    }

    private void hit(Point point, String id) {
        hits.get(point).add(id);
    }
}
