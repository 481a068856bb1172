package dev.herald.transaction;

import dev.herald.concurrent.WriteBatch;
import dev.herald.hub.Draft;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The messages that are bound to one transaction. The threads of the transaction add to it; the container's transaction manager ends
 * it, maybe on another thread, and that thread does what waits. Nothing is called under its lock.
 */
final class TransactionMessages implements Synchronization {

    /** The most messages of one transaction. */
    static final int MAX_MESSAGES = 10_000;

    /** The most text of these, in characters. A single message may be larger. */
    static final long MAX_SIZE = 16L * 1024 * 1024;

    private final Rows rows;

    // Guarded by this object's monitor.
    private final List<Bound<?>> waiting = new ArrayList<>();
    private long size;
    private boolean hasEnded;

    /** Where drafts are kept that the transaction itself writes. */
    interface Rows {

        /** There are none. */
        Rows NONE = new Rows() {
            @Override
            public void write(Draft draft) {
                throw new IllegalStateException("there is no outbox");
            }

            @Override
            public void ended(List<Draft> drafts, boolean isCommitted) {
                // Nobody is to be told.
            }
        };

        /** Writes a draft in the calling thread's transaction; who fails has marked it for rollback. */
        void write(Draft draft);

        /** The transaction that may have written these has ended: they are safe in the database, or gone. */
        void ended(List<Draft> drafts, boolean isCommitted);
    }

    TransactionMessages(Rows rows) {
        this.rows = rows;
    }

    /** What waits for the commit, and who waits for its outcome. */
    private record Bound<T>(@Nullable Draft row, Supplier<CompletionStage<T>> action, CompletableFuture<T> outcome) {

        void act() {
            try {
                var unused = action.get().whenComplete((value, failure) -> {
                    if (failure == null) {
                        outcome.complete(value);
                    } else {
                        outcome.completeExceptionally(failure);
                    }
                });
            } catch (RuntimeException | Error e) {
                outcome.completeExceptionally(e);
            }
        }

        void drop() {
            outcome.completeExceptionally(TransactionalPublisher.rolledBack());
        }
    }

    /**
     * Binds an action.
     *
     * @param row is written by the transaction itself, now
     * @throws IllegalStateException when too much is bound already, or the row cannot be written; the transaction should be rolled
     *     back
     */
    <T> CompletionStage<T> add(@Nullable Draft row, int itsSize, Supplier<CompletionStage<T>> action) {
        var bound = new Bound<>(row, action, new CompletableFuture<T>());
        if (!offer(bound, itsSize)) {
            bound.drop();
        } else if (row != null) {
            rows.write(row);
        }
        return bound.outcome();
    }

    /** Whether it is bound. It is not when the transaction has ended: the transaction manager gave it up while its thread went on. */
    private synchronized boolean offer(Bound<?> bound, int itsSize) {
        if (hasEnded) {
            return false;
        }
        if (waiting.size() >= MAX_MESSAGES || (!waiting.isEmpty() && size + itsSize > MAX_SIZE)) {
            throw new IllegalStateException("one transaction publishes at most " + MAX_MESSAGES + " messages of "
                    + MAX_SIZE + " characters together");
        }
        waiting.add(bound);
        size += itsSize;
        return true;
    }

    /** Nothing is left to be done: when transactions complete, Payara gives only connections that take no part in them. */
    @Override
    public void beforeCompletion() {
        // See above.
    }

    private static List<Draft> rowsOf(List<Bound<?>> all) {
        return all.stream().flatMap(bound -> Stream.ofNullable(bound.row())).toList();
    }

    @Override
    public void afterCompletion(int status) {
        var all = end();
        var isCommitted = status == Status.STATUS_COMMITTED;
        if (isCommitted) {
            WriteBatch.during(() -> all.forEach(Bound::act));
        } else {
            all.forEach(Bound::drop);
        }
        var drafts = rowsOf(all);
        if (!drafts.isEmpty()) {
            rows.ended(drafts, isCommitted);
        }
    }

    private synchronized List<Bound<?>> end() {
        hasEnded = true;
        var all = List.copyOf(waiting);
        waiting.clear();
        return all;
    }
}
