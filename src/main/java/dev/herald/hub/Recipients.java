package dev.herald.hub;

import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The live subscriptions of one channel, in the order in which they became live. All methods are called under the channel's lock;
 * adding and removing cost the same however many there are.
 */
final class Recipients {

    private static final Subscription[] NOBODY = {};

    private final Set<Subscription> all = new LinkedHashSet<>(2);

    /** A copy of all; {@code null} when it is out of date. */
    private Subscription @Nullable [] snapshot = NOBODY;

    void add(Subscription subscription) {
        if (all.add(subscription)) {
            snapshot = null;
        }
    }

    void remove(Subscription subscription) {
        if (all.remove(subscription)) {
            snapshot = null;
        }
    }

    /** An array that is never changed, to be walked without the lock as well. */
    Subscription[] snapshot() {
        var current = snapshot;
        if (current == null) {
            current = all.toArray(NOBODY);
            snapshot = current;
        }
        return current;
    }

    /** Removes all and returns them. */
    Subscription[] takeAll() {
        var taken = snapshot();
        all.clear();
        snapshot = NOBODY;
        return taken;
    }
}
