package dev.herald.cluster;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.herald.concurrent.LimitedLog;
import dev.herald.random.RandomIds;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The nodes by their leases in the log's database. A timer looks each half second whether this node's lease is over, by the time that
 * has passed here since the last renewal was sent: so this node knows it no later than the others, also when the database is silent.
 * Threads are those of {@link Nodes}; one thread waits for the database, another one tells the listener, and both
 * hold no lock meanwhile.
 */
final class LeasedNodes implements Nodes {

    /** How often the lease is renewed. */
    static final Duration RENEWAL = Duration.ofSeconds(2);

    /** How often it is looked at whether the lease is over. */
    static final Duration TICK = Duration.ofMillis(500);

    /** Who has not looked for so long has held still. */
    private static final Duration STILL = Duration.ofSeconds(5);

    /** When the listener is so many calls behind, news of other nodes wait in the database. */
    private static final int MAX_CALLS = 1_000;

    private static final Duration GOODBYE = Duration.ofSeconds(1);

    /** 12 characters. */
    private static final int ID_BYTES = 9;

    private static final System.Logger LOG = System.getLogger(LeasedNodes.class.getName());

    private enum Phase {
        /** The database does not have this life's lease yet. */
        JOINING,
        ALIVE,
        /** Until the listener begins a new life. */
        OVER,
        LEFT
    }

    /**
     * A life of this node.
     *
     * @param deadline when the lease is over, by the clock of time-outs; counts only while it is alive
     * @param last the life before
     */
    private record Life(
            String id, Phase phase, long deadline, @Nullable String last) {

        Life in(Phase next) {
            return new Life(id, next, deadline, last);
        }

        Life until(long end) {
            return new Life(id, Phase.ALIVE, end, last);
        }

        boolean isOver(long now) {
            return phase == Phase.ALIVE && now - deadline >= 0;
        }
    }

    private final LimitedLog failures = new LimitedLog(LOG);
    private final LeaseTable table;
    private final LongSupplier nanoTime;
    private final ScheduledExecutorService timer;
    private final Errand renewing;
    private final Errand telling;

    private final ReentrantLock lock = new ReentrantLock();

    // Written under the lock.
    private volatile Life life = new Life(RandomIds.ofBytes(ID_BYTES), Phase.JOINING, 0, null);
    private volatile List<Node> others = List.of();
    /** Whether no other node that lives was there before this life. */
    private volatile boolean isEldest;

    // Guarded by the lock.
    private final Map<String, Node> known = new HashMap<>();
    private final Deque<Consumer<Listener>> calls = new ArrayDeque<>();

    private volatile @Nullable Listener listener;
    private volatile @Nullable Future<?> ticking;
    private volatile long sentAt;
    private volatile long tickedAt;
    private volatile long wasStillAt;

    /** Used by the thread that waits for the database: who was said to be in the way. */
    private @Nullable String complainedOf;

    LeasedNodes(LeaseTable table, LongSupplier nanoTime, Executor executor, ScheduledExecutorService timer) {
        this.table = table;
        this.nanoTime = nanoTime;
        this.timer = timer;
        this.renewing = new Errand(executor, timer, this::renew);
        this.telling = new Errand(executor, timer, this::tellAll);
    }

    @Override
    public void start(Listener first) {
        if (listener != null) {
            throw new IllegalStateException("the node was started already");
        }
        listener = first;
        sentAt = nanoTime.getAsLong();
        tickedAt = sentAt;
        wasStillAt = sentAt - LeaseTable.LEASE.toNanos();
        renewing.ask();
        ticking = timer.scheduleAtFixedRate(this::tick, TICK.toMillis(), TICK.toMillis(), MILLISECONDS);
    }

    @Override
    public String me() {
        return life.id();
    }

    @Override
    public boolean isAlive() {
        var now = life;
        return now.phase() == Phase.ALIVE && !now.isOver(nanoTime.getAsLong());
    }

    @Override
    public boolean isHousekeeper() {
        return isEldest && isAlive();
    }

    @Override
    public List<Node> others() {
        return others;
    }

    private void tick() {
        var now = nanoTime.getAsLong();
        if (now - tickedAt >= STILL.toNanos()) {
            wasStillAt = now;
        }
        endIfOver();
        tickedAt = now;
        if (nanoTime.getAsLong() - sentAt >= RENEWAL.toNanos()) {
            renewing.ask();
        }
    }

    private void endIfOver() {
        Life ended;
        lock.lock();
        try {
            ended = life;
            if (!ended.isOver(nanoTime.getAsLong())) {
                return;
            }
            end();
        } finally {
            lock.unlock();
        }
        sayThatItIsOver(ended.id());
    }

    /** Under the lock. What the listener was not told yet can wait until it knows this. */
    private void end() {
        var id = life.id();
        var heldStill = heldStill(nanoTime.getAsLong());
        life = life.in(Phase.OVER);
        isEldest = false;
        calls.addFirst(one -> one.over(id, heldStill));
    }

    /** Whether this node, and not the database alone, did nothing for a while within the time of a lease. */
    private boolean heldStill(long now) {
        var stillFor = now - tickedAt;
        return stillFor >= STILL.toNanos() || now - wasStillAt < LeaseTable.LEASE.toNanos();
    }

    private void sayThatItIsOver(String id) {
        LOG.log(
                WARNING,
                "the lease of this node, " + id
                        + ", is over, as the server held still or the database did not answer for "
                        + LeaseTable.LEASE.toSeconds()
                        + " s: other nodes take it for dead. It begins anew");
        telling.ask();
    }

    private void renew() {
        var current = life;
        var sent = nanoTime.getAsLong();
        sentAt = sent;
        try {
            if (current.phase() == Phase.JOINING && !joins(current)) {
                return;
            }
            if (current.phase() == Phase.JOINING || current.phase() == Phase.ALIVE) {
                renewed(current.id(), sent, table.renew(current.id()));
            }
        } catch (SQLException | RuntimeException e) {
            failures.log(
                    WARNING,
                    () -> "the lease of this node is not renewed, as the database does not take it; after "
                            + LeaseTable.LEASE.toSeconds() + " s other nodes take it for dead: " + e.getMessage());
        }
    }

    private boolean joins(Life joining) throws SQLException {
        var inTheWay = table.join(joining.id(), joining.last());
        if (inTheWay.isEmpty()) {
            complainedOf = null;
            return true;
        }
        var other = inTheWay.get();
        if (!other.id().equals(complainedOf)) {
            complainedOf = other.id();
            LOG.log(
                    WARNING,
                    "this node waits, as it cannot live beside the node " + other.id() + " at " + other.url()
                            + " of version " + other.version()
                            + ", which speaks to other nodes in another way: stop all nodes of that version");
        }
        return false;
    }

    private void renewed(String id, long sent, LeaseTable.Renewal renewal) {
        var isOver = false;
        lock.lock();
        try {
            var current = life;
            if (!current.id().equals(id) || current.phase() == Phase.OVER || current.phase() == Phase.LEFT) {
                return;
            }
            var begins = current.phase() == Phase.JOINING;
            var next = current.until(sent + LeaseTable.LEASE.toNanos());
            if (renewal.succeeded() && !next.isOver(nanoTime.getAsLong())) {
                life = next;
                if (begins) {
                    calls.add(one -> {
                        LOG.log(INFO, "this node is " + id);
                        one.alive(id);
                    });
                }
                compare(renewal.others(), !begins);
            } else if (!begins) {
                end();
                isOver = true;
            }
        } finally {
            lock.unlock();
        }
        if (isOver) {
            sayThatItIsOver(id);
        } else {
            telling.ask();
        }
    }

    /** Under the lock. Whose row is gone has left; unless this node was away itself. */
    private void compare(List<LeaseTable.Lease> leases, boolean wasHere) {
        isEldest = leases.stream().noneMatch(lease -> lease.isAlive() && lease.isElder());
        if (calls.size() > MAX_CALLS) {
            return;
        }
        var gone = new HashMap<>(known);
        for (var lease : leases) {
            var node = lease.node();
            if (lease.isAlive()) {
                gone.remove(node.id());
                if (known.putIfAbsent(node.id(), node) == null) {
                    calls.add(one -> tellOfCome(one, node));
                }
            }
        }
        for (var node : gone.values()) {
            var orderly = wasHere
                    && leases.stream().noneMatch(lease -> lease.node().id().equals(node.id()));
            known.remove(node.id());
            calls.add(one -> tellOfGone(one, node, orderly));
        }
        others = known.values().stream().sorted(Comparator.comparing(Node::id)).toList();
    }

    private static void tellOfCome(Listener listener, Node node) {
        LOG.log(INFO, "the node " + node.id() + " at " + node.url() + " of version " + node.version() + " is there");
        listener.joined(node);
    }

    private static void tellOfGone(Listener listener, Node node, boolean orderly) {
        LOG.log(
                INFO,
                "the node " + node.id() + " at " + node.url()
                        + (orderly
                                ? " has left"
                                : " is dead: its lease is over, as it was killed, held still, or did not reach the database"));
        listener.left(node, orderly);
    }

    private void tellAll() {
        var told = listener;
        for (var call = nextCall(); call != null && told != null; call = nextCall()) {
            try {
                call.accept(told);
            } catch (RuntimeException | Error e) {
                LOG.log(ERROR, "what happened to a node was not handled; the next is told all the same", e);
            }
        }
    }

    private @Nullable Consumer<Listener> nextCall() {
        lock.lock();
        try {
            return calls.poll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public String beginAnew() {
        String begun;
        lock.lock();
        try {
            var last = life;
            if (last.phase() != Phase.OVER) {
                throw new IllegalStateException("the life of this node is not over");
            }
            begun = RandomIds.ofBytes(ID_BYTES);
            life = new Life(begun, Phase.JOINING, 0, last.id());
        } finally {
            lock.unlock();
        }
        renewing.ask();
        return begun;
    }

    @Override
    public void close() {
        var ticks = ticking;
        if (ticks != null) {
            ticks.cancel(false);
        }
        lock.lock();
        try {
            if (life.phase() == Phase.LEFT) {
                return;
            }
            life = life.in(Phase.LEFT);
            isEldest = false;
        } finally {
            lock.unlock();
        }
        renewing.close();
        telling.close();
        renewing.awaitIdle(GOODBYE);
        try {
            table.leave(life.id());
        } catch (SQLException | RuntimeException e) {
            LOG.log(DEBUG, "the other nodes find out by themselves that this one has left", e);
        }
        telling.awaitIdle(GOODBYE);
    }
}
