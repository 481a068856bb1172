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
 * The turns of those who want a connection: so many at once have one, the others wait in the order in which they came. So thousands who
 * ask at once never wait in the connection pool, where it would look as if the database did not answer. Any thread may call it, and holds
 * no lock meanwhile.
 */
final class Turns {

    private final Duration patience;
    private final Semaphore free = new Semaphore(0, true);

    // Written once, before anybody has a turn.
    private volatile int all;

    /**
     * Nobody's turn comes before {@link #begin}.
     *
     * @param patience how long somebody waits at the most
     */
    Turns(Duration patience) {
        this.patience = patience;
    }

    /** From now on, so many may have a connection at once. */
    void begin(int atOnce) {
        all = atOnce;
        free.release(atOnce);
    }

    /** Gives a connection. */
    interface Source {
        Connection connection() throws SQLException;
    }

    /**
     * Waits for the caller's turn, which lasts until the connection is closed.
     *
     * @throws SQLException when it does not come in time, or the source fails
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

    /** Waits until nobody has a connection any more; false when that takes longer. */
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
