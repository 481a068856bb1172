package dev.herald;

import static java.lang.System.Logger.Level.WARNING;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The parts that were made, and the order in which they are closed when the application goes down. A part that fails to close keeps
 * no other from being closed.
 *
 * <p>Threads that make a part add it; the container's thread that undeploys closes all. No lock is held while a part is closed.
 */
final class WayDown {

    private static final System.Logger LOG = System.getLogger(WayDown.class.getName());

    // Guarded by this object's monitor.
    private final Map<Step, Deque<AutoCloseable>> parts = new EnumMap<>(Step.class);
    private boolean down;

    /** One after another; within a step, what was made last is closed first. */
    enum Step {
        /** Operators see the parts no longer. */
        OPERATORS,
        /** No message is accepted any more; those that wait are committed. */
        MESSAGES,
        /** What is committed is delivered, and the senders are told. */
        DELIVERIES,
        /** Clients are told that the server goes down, and their connections are closed. */
        CLIENTS,
        /** Observers have been called for what happened until now. */
        OBSERVERS,
        /** What is kept of clients is written. */
        RECORDS,
        /** The database is closed. */
        DATABASE
    }

    /** Remembers a part that was made; one that is made too late is closed at once. */
    <T extends AutoCloseable> T add(Step step, T part) {
        synchronized (this) {
            if (!down) {
                parts.computeIfAbsent(step, s -> new ArrayDeque<>()).addFirst(part);
                return part;
            }
        }
        close(part);
        return part;
    }

    /** Closes all parts in their order; the second call does nothing. */
    void closeAll() {
        List<AutoCloseable> closed;
        synchronized (this) {
            down = true;
            closed = parts.values().stream().flatMap(Collection::stream).toList();
            parts.clear();
        }
        closed.forEach(WayDown::close);
    }

    /** Closes one part; what goes wrong is logged. Closing it again must be harmless. */
    static void close(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception | Error e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            LOG.log(
                    WARNING,
                    () -> part.getClass().getSimpleName() + " failed to close; all else is closed nevertheless",
                    e);
        }
    }
}
