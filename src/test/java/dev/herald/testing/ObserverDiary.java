package dev.herald.testing;

import dev.herald.api.HeraldEvent;
import dev.herald.api.Received;
import dev.herald.hub.Observers;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Observers that write down what they are told, and do with it what a test says. Any thread may call. */
public final class ObserverDiary implements Observers {

    // Guarded by this object's monitor.
    private final List<HeraldEvent> events = new ArrayList<>();

    /** Whether too many events wait. */
    public volatile boolean behind;

    /** Which messages of clients have an observer. */
    public volatile Predicate<Received> handles = received -> true;

    /** What else is done with an event. */
    public volatile Consumer<HeraldEvent> then = event -> {};

    /** The names of messages that have observers. */
    public volatile List<String> observedNames = List.of();

    @Override
    public boolean isObserved(HeraldEvent event) {
        return !(event instanceof Received received) || handles.test(received);
    }

    @Override
    public Collection<String> observedNames(String namespace) {
        return observedNames;
    }

    @Override
    public boolean areBehind() {
        return behind;
    }

    @Override
    public void tell(HeraldEvent event) {
        synchronized (this) {
            events.add(event);
        }
        then.accept(event);
    }

    /** What they were told, in order. */
    public synchronized List<HeraldEvent> events() {
        return List.copyOf(events);
    }

    /** Of these, the events of one type. */
    public <E extends HeraldEvent> List<E> events(Class<E> type) {
        return events().stream().filter(type::isInstance).map(type::cast).toList();
    }

    /** The latest message from a client. */
    public Received received() {
        var all = events(Received.class);
        return all.get(all.size() - 1);
    }
}
