package dev.herald.socketio;

import static java.lang.System.Logger.Level.WARNING;

import dev.herald.concurrent.LimitedLog;
import dev.herald.concurrent.OrderedDispatcher;
import java.util.concurrent.Executor;

/**
 * Lets clients into their namespaces a few at a time, because that reads the database. After a restart thousands come at once;
 * they must not take all connections of the database or all threads of the container. Any thread may call, with any lock held.
 */
final class Entrance {

    private static final System.Logger LOG = System.getLogger(Entrance.class.getName());

    /** How many clients are let in at the same time. */
    private static final int AT_ONCE = 4;

    /** How many may wait. Further clients are sent away, and come back later. */
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
