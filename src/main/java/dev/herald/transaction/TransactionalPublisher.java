package dev.herald.transaction;

import static dev.herald.api.RefusedException.Reason.LOG_UNAVAILABLE;
import static dev.herald.api.RefusedException.Reason.ROLLED_BACK;
import static jakarta.transaction.Status.STATUS_ACTIVE;
import static jakarta.transaction.Status.STATUS_MARKED_ROLLBACK;
import static jakarta.transaction.Status.STATUS_PREPARED;
import static jakarta.transaction.Status.STATUS_PREPARING;

import dev.herald.api.Receipt;
import dev.herald.api.RefusedException;
import dev.herald.hub.Draft;
import dev.herald.hub.Hub;
import dev.herald.transaction.TransactionMessages.Rows;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Publishes what beans publish: at once, or, when the calling thread is in a transaction, after its commit, and never after its
 * rollback. Any thread may call, holding no lock; no method waits but for what an outbox writes. What is bound to a transaction goes
 * out on the thread that ends it, in the order of the calls.
 */
public final class TransactionalPublisher implements AutoCloseable {

    private final Hub hub;
    private final @Nullable TransactionSynchronizationRegistry transactions;
    private final @Nullable Outbox outbox;

    /** @param transactions the container's; without any, everything is published at once */
    public TransactionalPublisher(Hub hub, @Nullable TransactionSynchronizationRegistry transactions) {
        this(hub, transactions, null);
    }

    /** @param outbox keeps what must survive the process between the commit and the log; {@code null} for none */
    public TransactionalPublisher(
            Hub hub, @Nullable TransactionSynchronizationRegistry transactions, @Nullable Outbox outbox) {
        this.hub = hub;
        this.transactions = transactions;
        this.outbox = outbox;
    }

    /**
     * As {@link Hub#publish}. By the outbox it waits for the database, and for the end of the transaction that publishes to the same
     * lane.
     *
     * @return completes when the message is in the log, which is after the commit; exceptionally with {@code ROLLED_BACK} when the
     *     transaction does not commit, and at once when no log can hold the message; then the transaction goes on
     * @throws IllegalStateException when too much is bound to the transaction, or the outbox does not take the message; then the
     *     transaction is rolled back
     */
    public CompletionStage<Receipt> publish(Draft draft) {
        var box = outbox;
        if (box != null && box.takes(draft.channel()) && isInTransaction()) {
            if (!OutboxTable.canHold(draft)) {
                return CompletableFuture.failedStage(new RefusedException(
                        LOG_UNAVAILABLE,
                        "the log does not hold such a recipient, or such a name of who does not get it"));
            }
            var row = Outbox.named(draft);
            return bind(row, size(draft), () -> box.receipt(row));
        }
        return bind(null, size(draft), () -> hub.publish(draft));
    }

    /** As {@link #publish}, but past the log, as {@link Hub#deliverUnlogged}. */
    public CompletionStage<Receipt> deliverUnlogged(Draft draft) {
        return bind(null, size(draft), () -> hub.deliverUnlogged(draft));
    }

    private static int size(Draft draft) {
        return draft.event().length() + draft.json().length();
    }

    /**
     * Does something now, or after the commit.
     *
     * @param size what is kept for it until then, in characters
     * @param action is called once or never, with no lock held
     * @return has the outcome of the action; fails with {@code ROLLED_BACK} when the transaction does not commit
     * @throws IllegalStateException when too much is bound to the transaction
     */
    public <T> CompletionStage<T> afterCommit(int size, Supplier<CompletionStage<T>> action) {
        return bind(null, size, action);
    }

    private <T> CompletionStage<T> bind(@Nullable Draft row, int size, Supplier<CompletionStage<T>> action) {
        var registry = transactions;
        if (registry == null || !isInTransaction()) {
            return action.get();
        }
        return registry.getTransactionStatus() == STATUS_MARKED_ROLLBACK
                ? CompletableFuture.failedStage(rolledBack())
                : messages(registry).add(row, size, action);
    }

    /** Whether the calling thread is in a transaction of which it is not decided yet how it ends. */
    private boolean isInTransaction() {
        var registry = transactions;
        if (registry == null) {
            return false;
        }
        return switch (registry.getTransactionStatus()) {
            case STATUS_ACTIVE, STATUS_MARKED_ROLLBACK, STATUS_PREPARING, STATUS_PREPARED -> true;
            default -> false;
        };
    }

    /** The messages of the calling thread's transaction. */
    private TransactionMessages messages(TransactionSynchronizationRegistry registry) {
        if (registry.getResource(this) instanceof TransactionMessages known) {
            return known;
        }
        var messages = new TransactionMessages(outbox == null ? Rows.NONE : new OutboxRows(outbox, registry));
        registry.registerInterposedSynchronization(messages);
        registry.putResource(this, messages);
        return messages;
    }

    /** The rows that a transaction writes to the outbox; it is rolled back when one cannot be written. */
    private record OutboxRows(Outbox outbox, TransactionSynchronizationRegistry registry) implements Rows {

        @Override
        public void write(Draft draft) {
            var isWritten = false;
            try {
                outbox.write(draft);
                isWritten = true;
            } catch (SQLException e) {
                throw new IllegalStateException(
                        "the outbox does not take what was published, so the transaction is rolled back: "
                                + e.getMessage(),
                        e);
            } finally {
                if (!isWritten) {
                    registry.setRollbackOnly();
                }
            }
        }

        @Override
        public void ended(List<Draft> drafts, boolean isCommitted) {
            outbox.ended(drafts, isCommitted);
        }
    }

    /** Begins to move what earlier processes have left, if there is an outbox. Called once. It waits for the database. */
    public void open() {
        if (outbox != null) {
            outbox.open();
        }
    }

    /** Moves no more. What is committed is moved by the next process. */
    @Override
    public void close() {
        if (outbox != null) {
            outbox.close();
        }
    }

    static RefusedException rolledBack() {
        return new RefusedException(ROLLED_BACK, "the transaction was rolled back; the message reaches nobody");
    }
}
