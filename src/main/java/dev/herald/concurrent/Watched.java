package dev.herald.concurrent;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.WARNING;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * What has deadlines, such as the open connections of a server, until it is over. One that fails keeps no other from being checked
 * or ended.
 *
 * <p>Any thread may call; nothing is called with a lock held. Callers of {@link #add} and {@link #remove} may hold any lock.
 *
 * @param <T> what is watched
 */
public final class Watched<T> {

    private static final System.Logger LOG = System.getLogger(Watched.class.getName());

    private final Set<T> watched = ConcurrentHashMap.newKeySet();
    private final String name;
    private final Check<T> check;

    /** Looks at the deadlines of one. */
    @FunctionalInterface
    public interface Check<T> {

        /**
         * Does what is due.
         *
         * @param now of {@link System#nanoTime}
         * @return false when it is over, and need not be watched any more
         */
        boolean isOpenAt(T one, long now);
    }

    /** @param name what one of them is, for the operator: {@code "a stream"} */
    public Watched(String name, Check<T> check) {
        this.name = name;
        this.check = check;
    }

    /** Watches one more. */
    public void add(T one) {
        watched.add(one);
    }

    /** Watches one no more. */
    public void remove(T one) {
        watched.remove(one);
    }

    /** How many are watched. */
    public int size() {
        return watched.size();
    }

    /** Checks all, and watches those no more that are over. What throws is watched on, and logged. */
    public void tick(long now) {
        watched.removeIf(one -> !isOpenAt(one, now));
    }

    private boolean isOpenAt(T one, long now) {
        try {
            return check.isOpenAt(one, now);
        } catch (RuntimeException | Error e) {
            LOG.log(ERROR, "the deadlines of " + name + " could not be checked", e);
            return true;
        }
    }

    /** The server goes down: ends all, and watches none of them any more. */
    public void endAll(Consumer<? super T> end) {
        watched.removeIf(one -> {
            try {
                end.accept(one);
            } catch (RuntimeException | Error e) {
                LOG.log(WARNING, name + " could not be ended as the server goes down", e);
            }
            return true;
        });
    }
}
