package dev.herald.request;

import dev.herald.api.ConnectionAttempt;

/**
 * Decides who may connect: the application's observers, in the end. Each dialect asks it once for each connection, before the hub
 * admits that; a single HTTP request is no connection, and is not examined. Any thread may call, with no lock held.
 */
@FunctionalInterface
public interface Admission {

    /**
     * Has an attempt examined. Does not wait.
     *
     * @param then called once, when the attempt is refused or nobody wants to refuse it; by any thread, this one included
     */
    void examine(ConnectionAttempt attempt, Runnable then);
}
