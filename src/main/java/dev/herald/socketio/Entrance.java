package dev.herald.socketio;

import static java.lang.System.Logger.Level.WARNING;

import dev.herald.concurrent.LimitedLog;
import dev.herald.concurrent.OrderedDispatcher;
import java.util.concurrent.Executor;

/**
 * Where clients wait to be let into their namespaces, which asks the database: after a restart thousands come at once, and must
 * neither take all of its connections nor all of the container's threads. Any thread may call, with any lock held.
 */
final class Entrance {

    private static final System.Logger LOG = System.getLogger(Entrance.class.getName());

    /** How many are let in side by side. */
    private static final int AT_ONCE = 4;

    /** How many may wait; whoever comes then is sent away, and comes back. */
    private static final int MAX_WAITING = 20_000;

    private final LimitedLog log = new LimitedLog(LOG);
    private final OrderedDispatcher<SocketIoConnection, Runnable> waiting;

    /** @param executor lends the threads */
    Entrance(Executor executor) {
        this.waiting = new OrderedDispatcher<>(executor, AT_ONCE, MAX_WAITING, (connection, enter) -> enter.run());
    }

    /**
     * Lets a client in when it is its turn, those of one connection in their order.
     *
     * @param enter does so; by a thread that holds no lock
     * @return false when too many wait
     */
    boolean enter(SocketIoConnection connection, Runnable enter) {
        if (waiting.isFull()) {
            warn("connections are closed, and their clients come back later: " + MAX_WAITING + " wait already");
            return false;
        }
        waiting.add(connection, enter);
        return true;
    }

    /** Tells the operator once in a while why clients are not let in. */
    void warn(String sentence) {
        log.log(WARNING, sentence);
    }
}
