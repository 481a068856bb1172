package dev.herald.hub;

import dev.herald.api.Connected;
import dev.herald.api.Connection;
import dev.herald.api.Disconnected;
import dev.herald.api.HeraldEvent;
import dev.herald.api.Joined;
import dev.herald.api.Left;
import dev.herald.api.Published;
import dev.herald.api.Received;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whom the hub tells what happened: the application's beans, in the end. Thread-safe; no method waits for them. */
public interface Observers {

    /**
     * Whether as many events wait to be observed as may. Then the hub admits no connections and takes no messages from clients,
     * and {@link Published} is not told any more; so the other events stay bounded, too.
     */
    boolean areBehind();

    /** Whether anybody observes this event. */
    boolean isObserved(HeraldEvent event);

    /** The names of clients' messages that are observed in a namespace; without those who observe messages of all names. */
    default Collection<String> observedNames(String namespace) {
        return List.of();
    }

    /** Passes an event on. */
    void tell(HeraldEvent event);

    /** The connection that an event is about; {@code null} for what is published. */
    static @Nullable Connection connection(HeraldEvent event) {
        if (event instanceof Received e) {
            return e.connection();
        } else if (event instanceof Connected e) {
            return e.connection();
        } else if (event instanceof Disconnected e) {
            return e.connection();
        } else if (event instanceof Joined e) {
            return e.connection();
        } else if (event instanceof Left e) {
            return e.connection();
        }
        return null;
    }
}
