package dev.herald.kill;

import dev.herald.api.Position;
import dev.herald.kill.History.Acked;
import dev.herald.kill.History.Event;
import dev.herald.kill.History.Joined;
import dev.herald.kill.History.Logged;
import dev.herald.kill.History.Received;
import dev.herald.kill.History.Refused;
import dev.herald.kill.History.Tried;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Finds what is wrong in a history that ends when all subscribers had the time to receive everything, and with the logs' contents. */
final class Checker {

    /** What can be wrong. */
    enum Fault {
        /** Acknowledged or received, but not in the log; or in the log, and a subscriber that was there all the time lacks the last ones. */
        LOST,
        /** Twice in the log, or received twice. */
        DUPLICATED,
        /** After a later one. */
        REORDERED,
        /** Offsets that are missing before later ones. */
        GAP,
        /** Two disagree where a message is. */
        INCONSISTENT_OFFSET,
        /** Nobody published it there, or it was refused. */
        UNEXPECTED,
        /** A subscriber was told that nothing is missing, but something is. */
        FALSE_RECOVERED
    }

    /**
     * Something that is wrong.
     *
     * @param what a sentence for people
     */
    record Finding(Fault fault, String what) {}

    private record Place(String channel, Position position) {}

    private record Subscription(String subscriber, String channel) {}

    /** Instead of an offset: whatever comes next. */
    private static final long UP_TO_THE_NEXT = Long.MAX_VALUE;

    /** How far a subscriber is in a channel. */
    private static final class RecoveryOffsets {
        final Set<Long> received = new HashSet<>();
        /** Offsets that were left out, and what that is unless they come later. */
        final Map<Long, Fault> missing = new TreeMap<>();

        long last;
        /** Up to where it was told that nothing is missing. */
        long recoveredTo;
    }

    private final List<Finding> findings = new ArrayList<>();
    private final Map<String, String> channelOf = new HashMap<>();
    private final Set<String> refused = new HashSet<>();
    private final Map<String, Map<Long, Logged>> logs = new HashMap<>();
    private final Map<String, Position> loggedAt = new HashMap<>();
    private final Set<String> missed = new HashSet<>();

    private Checker() {}

    /** All that is wrong; nothing if all is well. */
    static List<Finding> check(List<Event> events) {
        var checker = new Checker();
        checker.note(events);
        checker.checkLogs(events);
        checker.checkAcks(events);
        checker.checkSubscribers(events);
        return checker.findings;
    }

    private void note(List<Event> events) {
        for (var event : events) {
            if (event instanceof Tried tried) {
                channelOf.put(tried.id(), tried.channel());
            } else if (event instanceof Refused refusal) {
                refused.add(refusal.id());
            } else if (event instanceof Acked acked) {
                refused.remove(acked.id());
            }
        }
    }

    private void checkLogs(List<Event> events) {
        var last = new HashMap<String, Position>();
        for (var event : events) {
            if (!(event instanceof Logged logged)) {
                continue;
            }
            var before = last.get(logged.channel());
            var next = before == null ? 1 : before.offset() + 1;
            if (before != null && !before.epoch().equals(logged.position().epoch())) {
                find(Fault.INCONSISTENT_OFFSET, "the log has another epoch than before: " + logged);
            }
            if (logged.position().offset() > next) {
                find(Fault.GAP, "the log misses " + next + " before " + logged);
            } else if (logged.position().offset() < next) {
                find(Fault.REORDERED, "the log has after " + before + " " + logged);
            }
            checkExpected("the log has ", logged.channel(), logged.id(), logged);
            var twin = loggedAt.putIfAbsent(logged.id(), logged.position());
            if (twin != null) {
                find(Fault.DUPLICATED, "the log has it at " + twin + " as well: " + logged);
            }
            logs.computeIfAbsent(logged.channel(), channel -> new TreeMap<>())
                    .put(logged.position().offset(), logged);
            last.put(logged.channel(), logged.position());
        }
    }

    private void checkAcks(List<Event> events) {
        for (var event : events) {
            if (event instanceof Acked acked) {
                checkPlace(new Place(acked.channel(), acked.position()), acked.id(), acked);
            }
        }
    }

    /** Whether the log has the message, and there. */
    private void checkPlace(Place place, String id, Event event) {
        var inLog = logs.getOrDefault(place.channel(), Map.of())
                .get(place.position().offset());
        if (inLog != null && inLog.id().equals(id) && inLog.position().equals(place.position())) {
            return;
        }
        if (!channelOf.containsKey(id)) {
            return; // which is the subscriber's finding
        }
        if (inLog != null || loggedAt.containsKey(id)) {
            find(
                    Fault.INCONSISTENT_OFFSET,
                    "the log has it at " + loggedAt.get(id) + ", and there " + inLog + ": " + event);
        }
        if (!loggedAt.containsKey(id) && missed.add(id)) {
            find(Fault.LOST, "the log does not have it: " + event);
        }
    }

    private void checkSubscribers(List<Event> events) {
        var subscriptions = new LinkedHashMap<Subscription, RecoveryOffsets>();
        for (var event : events) {
            if (event instanceof Joined joined) {
                var progress = subscriptions.computeIfAbsent(
                        new Subscription(joined.subscriber(), joined.channel()), subscription -> new RecoveryOffsets());
                join(joined, progress);
            } else if (event instanceof Received received) {
                var progress = subscriptions.get(new Subscription(received.subscriber(), received.channel()));
                if (progress == null) {
                    find(Fault.UNEXPECTED, "the subscriber is not in the channel: " + received);
                } else {
                    check(received, progress);
                }
            }
        }
        subscriptions.forEach(this::checkEnd);
    }

    private static void join(Joined joined, RecoveryOffsets progress) {
        var since = joined.since();
        var head = joined.head();
        if (joined.recovered() && since != null) {
            progress.last = since.offset();
            progress.recoveredTo = head == null ? UP_TO_THE_NEXT : head.offset();
        } else if (head != null) {
            progress.last = head.offset();
            progress.recoveredTo = 0;
        }
    }

    private void check(Received received, RecoveryOffsets progress) {
        checkExpected("a subscriber received ", received.channel(), received.id(), received);
        checkPlace(new Place(received.channel(), received.position()), received.id(), received);
        var offset = received.position().offset();
        if (!progress.received.add(offset)) {
            find(Fault.DUPLICATED, "a subscriber received it again: " + received);
        } else if (offset <= progress.last) {
            progress.missing.remove(offset);
            find(Fault.REORDERED, "a subscriber received it after " + progress.last + ": " + received);
        } else {
            for (var missing = progress.last + 1; missing < offset; missing++) {
                progress.missing.put(missing, missing <= progress.recoveredTo ? Fault.FALSE_RECOVERED : Fault.GAP);
            }
        }
        progress.last = Math.max(progress.last, offset);
        if (progress.recoveredTo == UP_TO_THE_NEXT) {
            progress.recoveredTo = offset;
        }
    }

    private void checkEnd(Subscription subscription, RecoveryOffsets progress) {
        progress.missing.forEach((offset, fault) -> find(fault, subscription + " misses offset " + offset));
        for (var logged : logs.getOrDefault(subscription.channel(), Map.of()).values()) {
            if (logged.position().offset() > progress.last) {
                find(Fault.LOST, subscription + " did not receive at the end " + logged);
            }
        }
    }

    private void checkExpected(String who, String channel, String id, Event event) {
        if (!channel.equals(channelOf.get(id))) {
            find(Fault.UNEXPECTED, who + "what nobody published there: " + event);
        } else if (refused.contains(id)) {
            find(Fault.UNEXPECTED, who + "what was refused: " + event);
        }
    }

    private void find(Fault fault, String what) {
        findings.add(new Finding(fault, what));
    }
}
