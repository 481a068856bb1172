package dev.herald.testing;

import dev.herald.api.HeraldEvent;
import dev.herald.hub.Observers;
import java.util.ArrayList;
import java.util.List;

/** Observers that write down what they are told. */
public final class ObserverDiary implements Observers {

    private final List<HeraldEvent> events = new ArrayList<>();
    private volatile boolean behind;

    /** Whether too many events wait from now on. */
    public void fallBehind(boolean now) {
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

    /** What they were told, in order. */
    public synchronized List<HeraldEvent> events() {
        return List.copyOf(events);
    }

    /** Of these, the events of one type. */
    public <E extends HeraldEvent> List<E> events(Class<E> type) {
        return events().stream().filter(type::isInstance).map(type::cast).toList();
    }
}
