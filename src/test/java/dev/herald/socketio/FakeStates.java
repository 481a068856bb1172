package dev.herald.socketio;

import dev.herald.api.RefusedException;
import dev.herald.hub.ClientStates;
import dev.herald.hub.LogUnavailableException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** Clients' states in memory, which are kept when a test says so. */
final class FakeStates implements ClientStates {

    /** What is kept. */
    final Map<String, String> kept = new ConcurrentHashMap<>();

    private final List<Put> waiting = new ArrayList<>();
    private final Map<String, String> ofEarlierLives = new ConcurrentHashMap<>();

    /** Whether a state waits until {@link #commit} or {@link #fail}; otherwise it is kept at once. */
    volatile boolean waits;

    volatile boolean unreadable;

    /** Whether another server may take what is kept. */
    volatile boolean shared;

    private record Put(String secret, String state, CompletableFuture<Void> stage) {}

    @Override
    public CompletionStage<Void> put(String secret, String state) {
        var put = new Put(secret, state, new CompletableFuture<>());
        synchronized (this) {
            waiting.add(put);
        }
        if (!waits) {
            commit();
        }
        return put.stage();
    }

    @Override
    public Optional<String> take(String secret) {
        if (unreadable) {
            throw new LogUnavailableException("the database is gone");
        }
        var state = Optional.ofNullable(ofEarlierLives.remove(secret));
        state.ifPresent(it -> kept.put(secret, it));
        return state;
    }

    @Override
    public boolean areShared() {
        return shared;
    }

    @Override
    public void remove(String secret) {
        kept.remove(secret);
    }

    /** How many states wait. */
    synchronized int waiting() {
        return waiting.size();
    }

    private synchronized List<Put> takeWaiting() {
        var all = List.copyOf(waiting);
        waiting.clear();
        return all;
    }

    /** What waits is kept. */
    void commit() {
        for (var put : takeWaiting()) {
            kept.put(put.secret(), put.state());
            put.stage().complete(null);
        }
    }

    /** What waits is not kept. */
    void fail() {
        for (var put : takeWaiting()) {
            put.stage()
                    .completeExceptionally(
                            new RefusedException(RefusedException.Reason.LOG_UNAVAILABLE, "the database is gone"));
        }
    }

    /** The server crashes: what is kept is an earlier life's from now on, and what waits is lost. */
    synchronized void crash() {
        waiting.clear();
        waits = false;
        ofEarlierLives.putAll(kept);
        kept.clear();
    }
}
