package dev.herald.hub;

import dev.herald.api.HeraldEvent;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * What the observers are told of one connection, in the order in which it happened: what is certain only after a commit keeps its
 * place. Thread-safe; bounded by what the connection has published and is not committed yet.
 */
final class Account {

    private final Observers observers;

    // Guarded by this object's monitor; observers are told under it, which only queues.
    private final Deque<Item> waiting = new ArrayDeque<>(2);

    /** A place in the order. */
    static final class Item {
        private boolean isCertain;
        private Optional<HeraldEvent> event = Optional.empty();
    }

    Account(Observers observers) {
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

    /** Something may have happened now; what is told until it is settled comes after it. */
    synchronized Item expect() {
        var item = new Item();
        waiting.addLast(item);
        return item;
    }

    /** It has happened, or it has not. */
    synchronized void settle(Item item, Optional<HeraldEvent> event) {
        item.isCertain = true;
        item.event = event;
        for (var first = waiting.peekFirst(); first != null && first.isCertain; first = waiting.peekFirst()) {
            waiting.removeFirst();
            first.event.ifPresent(observers::tell);
        }
    }
}
