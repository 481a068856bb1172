package dev.herald.outbox;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.WARNING;

import dev.herald.concurrent.LimitedLog;
import java.util.Comparator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * One bound for the heap that waiting messages of all clients take. It counts what is in the clients' queues, and what the
 * container was given and the client has not confirmed, because servers keep copies of that. When the budget is spent, the
 * clients that are furthest behind are closed until a quarter of it is free.
 *
 * <p>Thread-safe. Any thread may count, even under a client's lock, because counting takes no lock. {@link #relieve} is called
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

    /** A client for which messages may wait. */
    @FunctionalInterface
    public interface Client {

        /** The client is too far behind: closes it, and drops what waits for it. Called on the executor. */
        void fellBehind();
    }

    /**
     * A budget of which nothing is used yet.
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

    /** A quarter of the largest heap of this JVM, in bytes. */
    public static long ofHeap() {
        return Runtime.getRuntime().maxMemory() / 4;
    }

    /** Begins to count the bytes of a client. */
    public Share open(Client client) {
        var share = new Share(client);
        shares.add(share);
        return share;
    }

    /** Whether the budget is used up. */
    public boolean isSpent() {
        return bytes.get() >= maxBytes;
    }

    /** How many bytes wait for all clients. */
    public long bytes() {
        return bytes.get();
    }

    /** If the budget is used up, has the clients closed that are furthest behind. */
    public void relieve() {
        if (!isSpent() || !relieving.compareAndSet(false, true)) {
            return;
        }
        try {
            executor.execute(this::closeFurthestBehind);
        } catch (RuntimeException | Error e) {
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

    /** A client and its sort key at one moment. The key is copied because it changes during the sort. */
    private record Behind(Share share, double byBytesAndTime) {}

    /** The bytes that wait for one client. Thread-safe; takes no lock. */
    public final class Share {

        private final Client client;
        private final AtomicLong own = new AtomicLong();
        /** When bytes last began to wait, or their number last went down. */
        private volatile long progressAt;

        private Share(Client client) {
            this.client = client;
        }

        /** Counts more waiting bytes. The caller must call {@link #relieve} afterwards, under no lock. */
        public void add(long more) {
            if (more > 0) {
                if (own.getAndAdd(more) == 0) {
                    progressAt = nanoTime.getAsLong();
                }
                bytes.addAndGet(more);
            }
        }

        /** Counts fewer waiting bytes: they were sent or dropped. */
        public void remove(long fewer) {
            if (fewer > 0) {
                own.addAndGet(-fewer);
                progressAt = nanoTime.getAsLong();
                bytes.addAndGet(-fewer);
            }
        }

        /** How many bytes wait for the client. */
        public long bytes() {
            return own.get();
        }

        /** The client is gone. Its bytes have been removed, or will be. */
        public void close() {
            shares.remove(this);
        }

        /** As {@link OutboundBudget#isSpent}. */
        public boolean isBudgetSpent() {
            return isSpent();
        }

        /** As {@link OutboundBudget#relieve}. */
        public void relieve() {
            OutboundBudget.this.relieve();
        }

        /** The number of bytes that wait, multiplied by the time since the last progress. */
        private double behindAt(long now) {
            return (double) own.get() * Math.max(1, now - progressAt);
        }
    }
}
