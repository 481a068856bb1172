package dev.herald.request;

import dev.herald.api.ChannelName;
import dev.herald.request.Permission.Decision;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What was decided for one connection not long ago. Only what is allowed, or not yet decided, is kept: who is denied asks anew.
 * Any thread may call. Under this object's monitor, a leaf, nobody is asked and nothing completes.
 */
final class Decisions {

    /** How many are kept; the eldest goes first. */
    static final int MAX = 256;

    // Guarded by this object's monitor. In the order of asking.
    private final Map<Right, Asked> asked = new LinkedHashMap<>(4);
    private int revocations;

    /** @param at when, by {@link System#nanoTime} */
    private record Asked(CompletableFuture<Decision> decision, long at) {}

    /**
     * The decision on a right, if it was asked for in the last so many nanoseconds; otherwise it is asked for now.
     *
     * @param ask called outside the lock
     */
    CompletableFuture<Decision> recent(
            Right right, long maxAge, long now, Function<Right, CompletionStage<Decision>> ask) {
        var mine = new Asked(new CompletableFuture<>(), now);
        synchronized (this) {
            var there = asked.get(right);
            if (there != null && now - there.at() < maxAge) {
                return there.decision();
            }
            asked.remove(right);
            if (asked.size() >= MAX) {
                asked.remove(asked.keySet().iterator().next());
            }
            asked.put(right, mine);
        }
        try {
            var unused = ask.apply(right).whenComplete((decision, failure) -> settle(right, mine, decision, failure));
        } catch (RuntimeException e) {
            settle(right, mine, null, e);
        }
        return mine.decision();
    }

    private void settle(Right right, Asked mine, @Nullable Decision decision, @Nullable Throwable failure) {
        if (!(decision instanceof Decision.Allowed)) {
            synchronized (this) {
                asked.remove(right, mine);
            }
        }
        if (decision == null) {
            mine.decision().completeExceptionally(failure == null ? new IllegalStateException("no decision") : failure);
        } else {
            mine.decision().complete(decision);
        }
    }

    /** Forgets what was decided on a channel; on all of them if it is {@code null}. */
    synchronized void revoke(@Nullable ChannelName channel) {
        revocations++;
        asked.keySet().removeIf(right -> channel == null || right.channel().equals(channel));
    }

    /** How often decisions were revoked: what was asked for before the last time does not count. */
    synchronized int revocations() {
        return revocations;
    }

    synchronized int size() {
        return asked.size();
    }
}
