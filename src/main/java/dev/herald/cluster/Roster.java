package dev.herald.cluster;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.WARNING;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.herald.concurrent.LimitedLog;
import dev.herald.hub.Presence;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Tells the other nodes who is here, and {@link Presence} who is there, by a table of the database. Changes are written together, each
 * {@link #PAUSE}, and read when the bus says so, or each {@link #READ}. A node that is alone writes and reads nothing.
 *
 * <p>Threads: any thread may report changes, with any lock held, as they are only noted. One borrowed thread at a time writes and
 * reads; it holds no lock while it waits for the database or calls {@link Presence}, whose lock is taken before this one.
 */
final class Roster implements BusNeighbours.People, AutoCloseable {

    /** How long changes are collected. */
    static final Duration PAUSE = Duration.ofMillis(250);

    /** How often the table is read if nobody says that there is something new. */
    static final Duration READ = Duration.ofSeconds(1);

    /** After how many rounds those who are gone are forgotten; all nodes that live have read them by then. */
    private static final long KEPT_ROUNDS = 400;

    private static final System.Logger LOG = System.getLogger(Roster.class.getName());

    private final AttendanceTable table;
    private final Runnable announce;
    private final Executor executor;
    private final Future<?> timer;
    private final AtomicBoolean working = new AtomicBoolean();
    private final LimitedLog failures = new LimitedLog(LOG);

    private volatile @Nullable Presence presence;
    private volatile boolean unread = true;
    private volatile long readAt = System.nanoTime();

    // Guarded by this object's monitor.
    private final Map<String, Set<String>> changed = new HashMap<>();
    /** The last round that was read of each other node that lives. */
    private final Map<String, Long> seen = new HashMap<>();

    private final Set<String> gone = new HashSet<>();
    private @Nullable String me;
    /** Whether the table does not have everything that is here. */
    private boolean writeAll = true;

    /** Used by the working thread alone. */
    private volatile long round;

    /**
     * Knows nobody yet.
     *
     * @param announce says to the other nodes that something was written; it does not wait
     */
    Roster(DataSource database, Runnable announce, ScheduledExecutorService timer, Executor executor) {
        this.table = new AttendanceTable(database);
        this.announce = announce;
        this.executor = executor;
        this.timer = timer.scheduleAtFixedRate(this::tick, PAUSE.toMillis(), PAUSE.toMillis(), MILLISECONDS);
    }

    /** Whose changes are told. Called once. */
    void start(Presence whose) {
        presence = whose;
    }

    /** A new life of this node begins: the others know nothing of it, and it knows nothing of them. */
    void begin(String node) {
        List<String> others;
        synchronized (this) {
            me = node;
            writeAll = true;
            seen.replaceAll((other, last) -> 0L);
            others = List.copyOf(seen.keySet());
        }
        var known = presence;
        if (known != null) {
            others.forEach(known::forget);
        }
    }

    /** Another node is there. */
    synchronized void joined(String node) {
        writeAll |= seen.isEmpty();
        seen.put(node, 0L);
        gone.remove(node);
        unread = true;
    }

    /** Another node is there no more. */
    void left(String node) {
        synchronized (this) {
            seen.remove(node);
            gone.add(node);
        }
        var known = presence;
        if (known != null) {
            known.forget(node);
        }
    }

    @Override
    public synchronized void changed(String place, String personId) {
        if (!seen.isEmpty() && !writeAll) {
            changed.computeIfAbsent(place, p -> new HashSet<>()).add(personId);
        }
    }

    @Override
    public void heard() {
        unread = true;
        work();
    }

    private void tick() {
        if (System.nanoTime() - readAt >= READ.toNanos()) {
            unread = true;
        }
        if (hasWork()) {
            work();
        }
    }

    private synchronized boolean hasWork() {
        return !gone.isEmpty() || (!seen.isEmpty() && (unread || writeAll || !changed.isEmpty()));
    }

    private void work() {
        if (presence != null && working.compareAndSet(false, true)) {
            try {
                executor.execute(this::workNow);
            } catch (RuntimeException | Error e) {
                working.set(false);
                LOG.log(DEBUG, "no thread is free to tell other nodes who is here; it is tried again", e);
            }
        }
    }

    private void workNow() {
        try {
            var known = presence;
            if (known != null) {
                try {
                    forgetTheGone();
                    write(known);
                } finally {
                    read(known);
                }
            }
        } catch (SQLException | RuntimeException | Error e) {
            failures.log(
                    WARNING,
                    "who is on which node cannot be written to or read from the database; it is tried again: " + e);
        } finally {
            working.set(false);
        }
    }

    private void forgetTheGone() throws SQLException {
        Set<String> forgotten;
        synchronized (this) {
            forgotten = Set.copyOf(gone);
        }
        for (var node : forgotten) {
            table.forget(node);
            synchronized (this) {
                gone.remove(node);
            }
        }
    }

    private void write(Presence known) throws SQLException {
        String node;
        boolean all;
        Map<String, Set<String>> some;
        synchronized (this) {
            node = me;
            all = writeAll;
            some = new HashMap<>(changed);
            changed.clear();
            writeAll = false;
        }
        if (node == null || !(all || !some.isEmpty())) {
            return;
        }
        try {
            var next = round + 1;
            if (all) {
                table.writeAll(node, next, known.here());
            } else {
                table.write(
                        node,
                        next,
                        some.entrySet().stream()
                                .map(place -> known.here(place.getKey(), place.getValue()))
                                .flatMap(Collection::stream)
                                .toList());
            }
            round = next;
        } catch (SQLException | RuntimeException | Error e) {
            synchronized (this) {
                writeAll = true;
            }
            throw e;
        }
        announce.run();
        if (round % (KEPT_ROUNDS / 4) == 0) {
            table.purge(node, round - KEPT_ROUNDS);
        }
    }

    private void read(Presence known) throws SQLException {
        Map<String, Long> wanted;
        synchronized (this) {
            wanted = Map.copyOf(seen);
        }
        if (!unread || wanted.isEmpty()) {
            return;
        }
        unread = false;
        readAt = System.nanoTime();
        table.read(wanted).forEach((node, written) -> {
            known.heard(node, written.changes());
            if (!isRead(node, wanted.getOrDefault(node, 0L), written.last())) {
                known.forget(node); // it has left meanwhile, or all of it is to be read anew
            }
        });
    }

    private synchronized boolean isRead(String node, long before, long last) {
        return seen.replace(node, before, last);
    }

    @Override
    public void close() {
        timer.cancel(false);
    }
}
