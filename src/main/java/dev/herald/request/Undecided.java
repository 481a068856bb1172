package dev.herald.request;

import dev.herald.request.Permission.Decision;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The requests of one connection whose permission is not decided yet, and those behind them, in their order. The connection's
 * thread adds requests. The thread that decides on the first one carries out all that are decided. Requests are carried out
 * outside the lock.
 */
final class Undecided {

    /** How many requests of one connection may wait. */
    static final int MAX_WAITING = 256;

    // Guarded by this object's monitor.
    private final Deque<Waiting> requests = new ArrayDeque<>();
    private boolean isWorking;

    /**
     * A request that waits.
     *
     * @param decision which does not fail
     * @param work does the request as it was decided; does not throw
     * @param reply completes when the work's does
     */
    record Waiting(
            CompletableFuture<Decision> decision,
            Function<Decision, CompletionStage<Reply>> work,
            CompletableFuture<Reply> reply) {}

    /** Puts a request at the end; returns false when too many wait. */
    synchronized boolean add(Waiting request) {
        return requests.size() < MAX_WAITING && requests.add(request);
    }

    synchronized boolean isEmpty() {
        return requests.isEmpty();
    }

    /** Carries out the decided requests, up to the first undecided one. Called after each decision. */
    void work() {
        for (var next = begin(); next != null; next = begin()) {
            try {
                var reply = next.reply();
                next.work().apply(next.decision().join()).thenAccept(reply::complete);
            } finally {
                end();
            }
        }
    }

    /** The first request, if it is decided and no other thread is at work. It stays in its place: what comes meanwhile is behind it. */
    private synchronized @Nullable Waiting begin() {
        var first = requests.peekFirst();
        if (isWorking || first == null || !first.decision().isDone()) {
            return null;
        }
        isWorking = true;
        return first;
    }

    private synchronized void end() {
        requests.removeFirst();
        isWorking = false;
    }
}
