package dev.herald.testing;

import dev.herald.api.HeraldEvent;
import dev.herald.hub.Observers;

/** An application that observes nothing. */
public final class NoObservers implements Observers {

    /** Whether the hub is told that too many events wait. */
    public boolean behind;

    @Override
    public boolean areBehind() {
        return behind;
    }

    @Override
    public boolean isObserved(HeraldEvent event) {
        return false;
    }

    @Override
    public void tell(HeraldEvent event) {
        // Nobody observes it.
    }
}
