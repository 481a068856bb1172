package dev.herald.socketio;

import dev.herald.api.ChannelName;
import dev.herald.concurrent.SerialLoop;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Stores one client under its private id, so that it can come back to this life of the server or a later one. Any thread may
 * call. Calls to {@link Recoveries} are queued under this object's monitor, which is taken before the locks of members and
 * channels. One thread at a time makes these calls, in order, holding no lock of this package.
 */
final class RecordKeeper {

    private final Recoveries recoveries;

    /** The private id; {@code null} when the client may not come back. Changes only before the client is told. */
    private volatile @Nullable String pid;

    private final SerialLoop loop = new SerialLoop();

    // Guarded by this object's monitor.
    /** The calls to make, in order, so that the newest state is stored last. */
    private final Queue<Runnable> calls = new ArrayDeque<>(2);

    /** What was kept last, or is being kept; {@code null} before. */
    private @Nullable ClientRecord kept;

    private boolean isElsewhere;
    private long puts;

    /** The latest of these that succeeded, and the channels in it. */
    private long latestKept;

    private Set<ChannelName> keptChannels = Set.of();

    /** @param pid by which the client may come back; {@code null} when it may not */
    RecordKeeper(@Nullable String pid, Recoveries recoveries) {
        this.pid = pid;
        this.recoveries = recoveries;
    }

    @Nullable
    String pid() {
        return pid;
    }

    /** Makes the queued calls. Must be called without a lock, after each method that says so. */
    void work() {
        loop.run(() -> {
            var call = nextCall();
            if (call != null) {
                try {
                    call.run();
                } finally {
                    work(); // runs the next call when this run is over
                }
            }
        });
    }

    private synchronized @Nullable Runnable nextCall() {
        return calls.poll();
    }

    /**
     * Stores the client's current state. Must be called without a lock.
     *
     * @param now returns the state; {@code null} when the client has ended, because then its end is stored instead. Called
     *     under this object's monitor
     * @return as {@link Recoveries#keep}
     */
    CompletionStage<Void> keep(Supplier<@Nullable ClientRecord> now) {
        var done = new CompletableFuture<Void>();
        synchronized (this) {
            var record = now.get();
            if (record == null) {
                return CompletableFuture.completedStage(null);
            }
            note(record, done);
        }
        work();
        return done;
    }

    private void note(ClientRecord record, CompletableFuture<Void> done) {
        kept = record;
        var number = ++puts;
        var secret = pid;
        if (secret == null) {
            calls.add(() -> succeeded(number, record, done));
            return;
        }
        calls.add(() -> recoveries.keep(secret, record).whenComplete((nothing, failure) -> {
            if (failure == null) {
                succeeded(number, record, done);
            } else {
                done.completeExceptionally(failure);
            }
        }));
    }

    private void succeeded(long number, ClientRecord record, CompletableFuture<Void> done) {
        synchronized (this) {
            if (number > latestKept) {
                latestKept = number;
                keptChannels = record.begins().keySet();
            }
        }
        done.complete(null);
    }

    /** Whether a later life of the server would find the client in a channel. */
    synchronized boolean isKeptIn(ChannelName channel) {
        return keptChannels.contains(channel);
    }

    /** A later life of the server will not know the client. To be called without a lock. */
    void unkeep() {
        noteUnkept();
        work();
    }

    private synchronized void noteUnkept() {
        var secret = pid;
        if (secret != null) {
            calls.add(() -> recoveries.unkeep(secret));
        }
    }

    /** The client cannot come back, and is not told how it could have. To be called without a lock. */
    void giveUp() {
        synchronized (this) {
            noteForgotten();
            pid = null;
        }
        work();
    }

    /** Another node says that it has the client, and so keeps it: how it ends here is not stored. */
    synchronized void leaveToAnotherNode() {
        isElsewhere = true;
    }

    /** Notes that the client has ended, and may not come back, to any life. The caller then has it {@linkplain #work done}. */
    synchronized void noteForgotten() {
        var secret = pid;
        if (secret != null) {
            calls.add(() -> recoveries.forget(secret));
        }
    }

    /**
     * Notes that the client has ended, and may come back: to this life from now on. The caller then has the rest {@linkplain #work
     * done}.
     *
     * @param last how it was
     */
    synchronized void suspend(ClientRecord last, Recoveries.Suspended state) {
        var secret = pid;
        if (secret == null) {
            return;
        }
        if (kept != null && !last.equals(kept) && !isElsewhere) {
            var done = new CompletableFuture<Void>();
            note(last, done);
            var unused = done.whenComplete((nothing, failure) -> {
                if (failure != null) {
                    unkeep();
                }
            });
        }
        recoveries.suspend(secret, state).ifPresent(displaced -> calls.add(() -> recoveries.unkeep(displaced)));
    }
}
