package dev.herald.outbox;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.WARNING;

import dev.herald.concurrent.LimitedLog;
import java.util.Comparator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * One bound for the heap that waiting messages take, over all clients: those in the clients' queues, and the bytes that the
 * container was given and the client has not confirmed, for servers keep copies of them. When it is exceeded, the clients that
 * are furthest behind are closed until a quarter of it is free.
 *
 * <p>Thread-safe. Clients count from any thread and under their own locks, for counting takes none. {@link #relieve} is called
 * under no lock; it closes clients on the executor.
 */
public final class OutboundBudget {

    private static final System.Logger LOG = System.getLogger(OutboundBudget.class.getName());

    private final LimitedLog warnings = new LimitedLog(LOG);
    private final long maxBytes;
    private final Executor executor;
    private final LongSupplier nanoTime;
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicBoolean relieving = new AtomicBoolean();
    private final Set<Share> shares = ConcurrentHashMap.newKeySet();

    /** Someone for whom messages wait. */
    @FunctionalInterface
    public interface Client {

        /** The client is too far behind: it is closed, and nothing waits for it any more. Called on the executor. */
        void fellBehind();
    }

    /**
     * A budget of which nothing is used.
     *
     * @param executor closes clients
     */
    public OutboundBudget(long maxBytes, Executor executor) {
        this(maxBytes, executor, System::nanoTime);
    }

    OutboundBudget(long maxBytes, Executor executor, LongSupplier nanoTime) {
        if (maxBytes < 1) {
            throw new IllegalArgumentException("the budget is at least 1 byte");
        }
        this.maxBytes = maxBytes;
        this.executor = executor;
        this.nanoTime = nanoTime;
    }

    /** A quarter of the heap that this Java may have, in bytes. */
    public static long ofHeap() {
        return Runtime.getRuntime().maxMemory() / 4;
    }

    /** Begins to count for a client. */
    public Share open(Client client) {
        var share = new Share(client);
        shares.add(share);
        return share;
    }

    /** Whether as much waits as may, or more. */
    public boolean isSpent() {
        return bytes.get() >= maxBytes;
    }

    /** The bytes that wait. */
    public long bytes() {
        return bytes.get();
    }

    /** Has the clients closed that are furthest behind, if as much waits as may. */
    public void relieve() {
        if (!isSpent() || !relieving.compareAndSet(false, true)) {
            return;
        }
        try {
            executor.execute(this::closeFurthestBehind);
        } catch (RejectedExecutionException e) {
            relieving.set(false);
            LOG.log(DEBUG, "the container gives no thread to close slow clients; the next message asks again", e);
        }
    }

    private void closeFurthestBehind() {
        try {
            var now = nanoTime.getAsLong();
            var furthest = shares.stream()
                    .map(share -> new Behind(share, share.behindAt(now)))
                    .filter(one -> one.byBytesAndTime() > 0)
                    .sorted(Comparator.comparingDouble(Behind::byBytesAndTime).reversed())
                    .toList();
            var waiting = bytes();
            var closed = 0;
            for (var one : furthest) {
                if (bytes() <= maxBytes / 4 * 3) {
                    break;
                }
                close(one.share());
                closed++;
            }
            if (closed > 0) {
                warnings.log(
                        WARNING,
                        "clients that read too slowly are closed, " + closed + " at once: " + waiting
                                + " bytes waited for all clients, and herald.outbound.bytes is " + maxBytes);
            }
        } finally {
            relieving.set(false);
        }
    }

    private static void close(Share share) {
        try {
            share.client.fellBehind();
        } catch (RuntimeException e) {
            LOG.log(ERROR, "a client that reads too slowly could not be closed", e);
        }
    }

    /** A client with what it is sorted by, for that changes meanwhile. */
    private record Behind(Share share, double byBytesAndTime) {}

    /** What waits for one client. Thread-safe; takes no lock. */
    public final class Share {

        private final Client client;
        private final AtomicLong own = new AtomicLong();
        /** When something began to wait, or less waited than before. */
        private volatile long progressAt;

        private Share(Client client) {
            this.client = client;
        }

        /** So many bytes more wait. Then, and under no lock, {@link #relieve} is to be called. */
        public void add(long more) {
            if (more > 0) {
                if (own.getAndAdd(more) == 0) {
                    progressAt = nanoTime.getAsLong();
                }
                bytes.addAndGet(more);
            }
        }

        /** So many bytes have left, or been dropped. */
        public void remove(long fewer) {
            if (fewer > 0) {
                own.addAndGet(-fewer);
                progressAt = nanoTime.getAsLong();
                bytes.addAndGet(-fewer);
            }
        }

        /** The client is gone; what waits for it has been removed, or will be. */
        public void close() {
            shares.remove(this);
        }

        /** Whether as much waits for all clients as may, or more. */
        public boolean isBudgetSpent() {
            return isSpent();
        }

        /** As {@link OutboundBudget#relieve}. */
        public void relieve() {
            OutboundBudget.this.relieve();
        }

        /** How much waits, by how long it does. */
        private double behindAt(long now) {
            return (double) own.get() * Math.max(1, now - progressAt);
        }
    }
}
