package dev.herald.socketio;

import dev.herald.api.ConnectionAttempt;

/** Who may connect: the application's observers, in the end. */
@FunctionalInterface
public interface Admission {

    /**
     * Has an attempt examined. Does not wait.
     *
     * @param then called once, when the attempt is refused or nobody wants to refuse it; by any thread, this one included
     */
    void examine(ConnectionAttempt attempt, Runnable then);
}
