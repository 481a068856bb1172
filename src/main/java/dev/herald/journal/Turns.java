package dev.herald.journal;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Bounds how many readers have a connection at one time; the others wait in the order in which they came. So when thousands ask
 * at once, they do not wait in the connection pool, where a timeout would look as if the database did not answer. Any thread
 * may call it; it may wait, so callers hold no lock.
 */
final class Turns {

    private final Duration patience;
    private final Semaphore free = new Semaphore(0, true);

    // Written once, before the first turn.
    private volatile int all;

    /**
     * There are no turns before {@link #begin}.
     *
     * @param patience the longest wait for a turn
     */
    Turns(Duration patience) {
        this.patience = patience;
    }

    /** Begins: from now on, so many callers may have a connection at one time. */
    void begin(int atOnce) {
        all = atOnce;
        free.release(atOnce);
    }

    /** Gives a connection. */
    interface Source {
        Connection connection() throws SQLException;
    }

    /**
     * Waits for the caller's turn, and returns a connection. The turn lasts until the connection is closed.
     *
     * @throws SQLException when the turn does not come in time, or the source fails
     */
    Connection take(Source source) throws SQLException {
        if (!await(1, patience)) {
            throw new SQLException("too many ask the database at once; try again");
        }
        var given = false;
        try {
            var connection = ending(source.connection());
            given = true;
            return connection;
        } finally {
            if (!given) {
                free.release();
            }
        }
    }

    /** Waits until nobody has a connection; false when that takes too long. */
    boolean end(Duration atMost) {
        return await(all, atMost);
    }

    private boolean await(int turns, Duration atMost) {
        try {
            return free.tryAcquire(turns, atMost.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** A connection that ends the turn when it is closed. */
    private Connection ending(Connection connection) {
        return (Connection) Proxy.newProxyInstance(
                Turns.class.getClassLoader(), new Class<?>[] {Connection.class}, new Turn(connection));
    }

    private final class Turn implements InvocationHandler {

        private final Connection connection;
        private final AtomicBoolean isOver = new AtomicBoolean();

        Turn(Connection connection) {
            this.connection = connection;
        }

        @Override
        public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
            try {
                return method.invoke(connection, arguments);
            } catch (InvocationTargetException e) {
                throw e.getTargetException();
            } finally {
                if (method.getName().equals("close") && isOver.compareAndSet(false, true)) {
                    free.release();
                }
            }
        }
    }
}
