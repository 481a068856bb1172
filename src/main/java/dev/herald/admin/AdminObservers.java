package dev.herald.admin;

import dev.herald.api.HeraldEvent;
import dev.herald.hub.Observers;
import java.util.Collection;

/**
 * Stands before the application's observers: what happens in the Admin UI's namespace is for the {@link AdminDesk} alone, and of all else
 * it gets a copy. Any thread may call, also under a lock, as both only queue.
 */
public final class AdminObservers implements Observers {

    private final Observers application;
    private final AdminDesk desk;

    public AdminObservers(Observers application, AdminDesk desk) {
        this.application = application;
        this.desk = desk;
    }

    @Override
    public boolean areBehind() {
        return application.areBehind();
    }

    @Override
    public boolean isObserved(HeraldEvent event) {
        return desk.isItsOwn(event) || application.isObserved(event);
    }

    @Override
    public Collection<String> observedNames(String namespace) {
        return application.observedNames(namespace);
    }

    @Override
    public void tell(HeraldEvent event) {
        if (desk.isItsOwn(event)) {
            desk.tell(event);
        } else {
            desk.show(event);
            application.tell(event);
        }
    }
}
