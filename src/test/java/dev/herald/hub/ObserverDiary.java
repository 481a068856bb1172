package dev.herald.hub;

import dev.herald.api.HeraldEvent;
import java.util.ArrayList;
import java.util.List;

/** Observers that write down what they are told. */
final class ObserverDiary implements Observers {

    private final List<HeraldEvent> events = new ArrayList<>();
    private volatile boolean behind;

    void fallBehind(boolean now) {
        behind = now;
    }

    @Override
    public boolean isObserved(HeraldEvent event) {
        return true;
    }

    @Override
    public boolean areBehind() {
        return behind;
    }

    @Override
    public synchronized void tell(HeraldEvent event) {
        events.add(event);
    }

    synchronized List<HeraldEvent> events() {
        return List.copyOf(events);
    }

    <E extends HeraldEvent> List<E> events(Class<E> type) {
        return events().stream().filter(type::isInstance).map(type::cast).toList();
    }
}
