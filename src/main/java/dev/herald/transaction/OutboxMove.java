package dev.herald.transaction;

import static dev.herald.api.RefusedException.Reason.LOG_UNAVAILABLE;
import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.WARNING;

import dev.herald.api.Receipt;
import dev.herald.api.RefusedException;
import dev.herald.concurrent.LimitedLog;
import dev.herald.hub.Draft;
import dev.herald.hub.EventName;
import dev.herald.json.JsonGuard;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Moves some messages of the outbox to the log: those of one channel one after another, several channels side by side. A
 * message follows another one of its channel only when that one is in the log, or can never be. One thread calls it once, and
 * waits; the outcomes come on the hub's threads. None of them holds a lock, and nothing is called under this object's monitor
 * but to note.
 */
final class OutboxMove {

    /** How long the log may take to answer for all of them. */
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private static final System.Logger LOG = System.getLogger(OutboxMove.class.getName());
    private static final LimitedLog WAITING = new LimitedLog(LOG, Duration.ofMinutes(1));

    private final Target log;
    private final Predicate<String> isHeld;
    private final Ear ear;

    // Guarded by this object's monitor.
    private final List<OutboxTable.Row> moved = new ArrayList<>();
    private final Map<OutboxTable.Row, String> refused = new LinkedHashMap<>();
    private int asked;

    /** Whether nobody waits for the outcomes any more. */
    private volatile boolean isOver;

    /** Where messages are moved to: appends a message, or answers as before when it is there already. */
    @FunctionalInterface
    interface Target {
        CompletionStage<Receipt> publish(Draft draft);
    }

    /** Hears what became of a message: either a receipt or a refusal for good. */
    @FunctionalInterface
    interface Ear {
        void hear(String messageId, @Nullable Receipt receipt, @Nullable RefusedException refusal);
    }

    /** @param isHeld by id, which messages are not moved now */
    OutboxMove(Target log, Predicate<String> isHeld, Ear ear) {
        this.log = log;
        this.isHeld = isHeld;
        this.ear = ear;
    }

    /** Moves the messages, which are in their order. */
    void move(List<OutboxTable.Row> rows) {
        asked = rows.size();
        var channels = new HashMap<String, CompletableFuture<Boolean>>();
        for (var row : rows) {
            var before = channels.getOrDefault(row.channel(), CompletableFuture.completedFuture(true));
            channels.put(
                    row.channel(),
                    before.thenCompose(goesOn -> goesOn && !isOver && !isHeld.test(row.messageId())
                            ? move(row)
                            : CompletableFuture.completedFuture(false)));
        }
        await(channels.values());
    }

    private void await(Collection<CompletableFuture<Boolean>> channels) {
        try {
            CompletableFuture.allOf(channels.toArray(CompletableFuture[]::new))
                    .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException e) {
            WAITING.log(WARNING, "the log gives no answer for what is in the outbox; that is tried again each second");
        } catch (ExecutionException e) {
            throw new IllegalStateException("a message of the outbox could not be moved", e);
        }
        isOver = true;
    }

    /** Completes with whether the channel's next message may follow. */
    private CompletableFuture<Boolean> move(OutboxTable.Row row) {
        try {
            return log.publish(checked(row))
                    .toCompletableFuture()
                    .handle((receipt, failure) -> settle(row, receipt, failure));
        } catch (RuntimeException e) {
            return CompletableFuture.completedFuture(settle(row, null, e));
        }
    }

    /** Other programs may have written to the table. */
    private static Draft checked(OutboxTable.Row row) {
        var draft = row.draft();
        EventName.requireFree(draft.channel(), draft.event());
        JsonGuard.requireHarmless(draft.json());
        if (!OutboxTable.canHold(draft)) {
            throw new IllegalArgumentException("the log does not hold its recipient, or who does not get it");
        }
        return draft;
    }

    private boolean settle(OutboxTable.Row row, @Nullable Receipt receipt, @Nullable Throwable failure) {
        if (receipt != null) {
            synchronized (this) {
                moved.add(row);
            }
            ear.hear(row.messageId(), receipt, null);
            return true;
        }
        var cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof IllegalArgumentException
                || (cause instanceof RefusedException refusal
                        && !refusal.reason().retryable())) {
            setAside(row, String.valueOf(cause.getMessage()));
            return true;
        }
        WAITING.log(
                WARNING,
                () -> "the log does not take message " + row.number()
                        + " of the outbox now, and what follows it in channel "
                        + row.channel() + " waits; that is tried again each second: "
                        + (cause == null ? "there is no answer" : cause.getMessage()));
        return false;
    }

    private void setAside(OutboxTable.Row row, String reason) {
        synchronized (this) {
            refused.put(row, reason);
        }
        LOG.log(
                ERROR,
                () -> "message " + row.number() + " of the outbox, to channel " + row.channel()
                        + ", can never be in the log and is set aside; correct it and set its column refused to NULL, or delete"
                        + " it: " + reason);
        ear.hear(
                row.messageId(),
                null,
                new RefusedException(LOG_UNAVAILABLE, "the message cannot be in the log: " + reason));
    }

    /** Those that are in the log. */
    synchronized List<OutboxTable.Row> moved() {
        return List.copyOf(moved);
    }

    /** Those that never will be, each with the reason. */
    synchronized Map<OutboxTable.Row, String> refused() {
        return new LinkedHashMap<>(refused);
    }

    /** Whether none is left. */
    synchronized boolean isComplete() {
        return moved.size() + refused.size() == asked;
    }
}
