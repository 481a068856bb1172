package dev.herald.hub;

import dev.herald.api.HeraldEvent;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Tells the observers of one connection's events in the order in which they happened. An event that is certain only after a
 * commit gets a place first, and later events wait for it. Any thread may call, even under a member's lock, because observers
 * are only queued. The number of waiting events is bounded by the messages of the connection that are not committed yet.
 */
final class EventOrder {

    private final Observers observers;

    // Guarded by this object's monitor; observers are told under it, which only queues.
    private final Deque<Slot> waiting = new ArrayDeque<>(2);

    /** A place in the order. */
    static final class Slot {
        private boolean isCertain;
        private Optional<HeraldEvent> event = Optional.empty();
    }

    EventOrder(Observers observers) {
        this.observers = observers;
    }

    /** Tells of something that has happened. */
    synchronized void tell(HeraldEvent event) {
        if (waiting.isEmpty()) {
            observers.tell(event);
        } else {
            settle(expect(), Optional.of(event));
        }
    }

    /** Reserves a place for an event that may happen. Events that are told before it is settled come after it. */
    synchronized Slot expect() {
        var slot = new Slot();
        waiting.addLast(slot);
        return slot;
    }

    /** Settles whether the event has happened. */
    synchronized void settle(Slot slot, Optional<HeraldEvent> event) {
        slot.isCertain = true;
        slot.event = event;
        for (var first = waiting.peekFirst(); first != null && first.isCertain; first = waiting.peekFirst()) {
            waiting.removeFirst();
            first.event.ifPresent(observers::tell);
        }
    }
}
