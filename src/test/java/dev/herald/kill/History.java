package dev.herald.kill;

import dev.herald.api.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What happened, in the order in which the test came to know of it; that of one actor is in the actor's own order. A message is
 * known by its id, which is its whole content and no other message's. Thread-safe.
 */
final class History {

    /** Something that an actor did or was told. */
    sealed interface Event {}

    /** A publisher sent a message, maybe again. */
    record Tried(String publisher, String channel, String id) implements Event {}

    /** A publisher was told that the log has the message. */
    record Acked(String publisher, String channel, String id, Position position, boolean duplicate) implements Event {}

    /** A publisher was told that the message is not taken, and does not try again. */
    record Refused(String publisher, String channel, String id, String code) implements Event {}

    /**
     * A subscriber was told that it gets a channel's messages from here on.
     *
     * @param since where it wants to go on, which is after the last message that it received; nowhere at first
     * @param recovered whether it was told that nothing is missing after {@code since}
     * @param head after which it gets messages unless it is recovered; a client that goes on by its private id is told none
     */
    record Joined(
            String subscriber,
            String channel,
            @Nullable Position since,
            boolean recovered,
            @Nullable Position head) implements Event {}

    /** A subscriber received a message. */
    record Received(String subscriber, String channel, Position position, String id) implements Event {}

    /** The server is killed now. */
    record Killed() implements Event {}

    /** The server is started anew: what was received until now is of the one before. */
    record Restarted() implements Event {}

    /** The log has the message at the end; told in the log's order. */
    record Logged(String channel, Position position, String id) implements Event {}

    private record Watch(Predicate<Event> wanted, Runnable action) {}

    // Guarded by this object's monitor.
    private final List<Event> events = new ArrayList<>();
    private @Nullable Watch watch;

    /** Adds an event. */
    void add(Event event) {
        Runnable action = () -> {};
        synchronized (this) {
            events.add(event);
            if (watch != null && watch.wanted().test(event)) {
                action = watch.action();
                watch = null;
            }
        }
        action.run();
    }

    /** Does something once, right after the next such event, on the thread that tells of it. */
    synchronized void atNext(Predicate<Event> wanted, Runnable action) {
        watch = new Watch(wanted, action);
    }

    /** How many events there are. */
    synchronized int size() {
        return events.size();
    }

    /** The events but for the first ones. */
    synchronized List<Event> after(int first) {
        return List.copyOf(events.subList(first, events.size()));
    }

    /** All events. */
    List<Event> all() {
        return after(0);
    }
}
