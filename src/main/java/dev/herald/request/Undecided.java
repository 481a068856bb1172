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
     * @param holdsUp whether what comes after it waits for its reply
     */
    record Waiting(
            CompletableFuture<Decision> decision,
            Function<Decision, CompletionStage<Reply>> work,
            CompletableFuture<Reply> reply,
            boolean holdsUp) {}

    /** Puts a request at the end; returns false when too many wait. */
    synchronized boolean add(Waiting request) {
        return requests.size() < MAX_WAITING && requests.add(request);
    }

    synchronized boolean isEmpty() {
        return requests.isEmpty();
    }

    /**
     * Carries out the decided requests, up to the first that is undecided or holds up the others. Called after each decision.
     *
     * @param then is run when that is done, and again when it went on after one that held up the others
     */
    void work(Runnable then) {
        for (var next = begin(); next != null; next = begin()) {
            var reply = next.reply();
            CompletionStage<Reply> done;
            try {
                done = next.work().apply(next.decision().join());
            } catch (RuntimeException | Error e) {
                end();
                throw e;
            }
            if (next.holdsUp()) {
                // Who waits for the reply is told before the next request is done.
                var unused = done.thenAccept(given -> {
                    reply.complete(given);
                    end();
                    work(then);
                });
                return;
            }
            done.thenAccept(reply::complete);
            end();
        }
        then.run();
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
