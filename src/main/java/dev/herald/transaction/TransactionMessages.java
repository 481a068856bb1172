package dev.herald.transaction;

import dev.herald.concurrent.WriteBatch;
import dev.herald.hub.Draft;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
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
    private boolean isCompleting;
    private boolean hasEnded;

    /** Where drafts are kept that the transaction itself writes. */
    interface Rows {

        /** There are none. */
        Rows NONE = new Rows() {
            @Override
            public void write(List<Draft> drafts) {
                throw new IllegalStateException("there is no outbox");
            }

            @Override
            public void ended(List<Draft> drafts, boolean isCommitted) {
                // Nobody is to be told.
            }
        };

        /** Writes drafts in the calling thread's transaction; who fails has marked it for rollback. */
        void write(List<Draft> drafts);

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
     * @param row is written by the transaction itself, before it commits
     * @throws IllegalStateException when too much is bound already, or the row cannot be written; the transaction should be rolled
     *     back
     */
    <T> CompletionStage<T> add(@Nullable Draft row, int itsSize, Supplier<CompletionStage<T>> action) {
        var bound = new Bound<>(row, action, new CompletableFuture<T>());
        switch (offer(bound, itsSize)) {
            case BOUND -> {}
            case TO_BE_WRITTEN -> rows.write(List.of(Objects.requireNonNull(row)));
            case TOO_LATE -> bound.drop();
        }
        return bound.outcome();
    }

    private enum Offered {
        BOUND,
        /** The others are written already. */
        TO_BE_WRITTEN,
        /** The transaction has ended: the transaction manager gave it up while its thread went on. */
        TOO_LATE
    }

    private synchronized Offered offer(Bound<?> bound, int itsSize) {
        if (hasEnded) {
            return Offered.TOO_LATE;
        }
        if (waiting.size() >= MAX_MESSAGES || (!waiting.isEmpty() && size + itsSize > MAX_SIZE)) {
            throw new IllegalStateException("one transaction publishes at most " + MAX_MESSAGES + " messages of "
                    + MAX_SIZE + " characters together");
        }
        waiting.add(bound);
        size += itsSize;
        return isCompleting && bound.row() != null ? Offered.TO_BE_WRITTEN : Offered.BOUND;
    }

    /** As late as possible: the rows' channels are locked from now on until the transaction ends. */
    @Override
    public void beforeCompletion() {
        var drafts = complete();
        if (!drafts.isEmpty()) {
            rows.write(drafts);
        }
    }

    private synchronized List<Draft> complete() {
        isCompleting = true;
        return rowsOf(waiting);
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
