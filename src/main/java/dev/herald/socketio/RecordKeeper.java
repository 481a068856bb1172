package dev.herald.socketio;

import dev.herald.api.ChannelName;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Has one client kept under its private id, by which it may come back to this life of the server or a later one. Thread-safe. */
final class RecordKeeper {

    private final Recoveries recoveries;

    /** By which the client may come back; {@code null} when it may not. Changes only before the client is told. */
    private volatile @Nullable String pid;

    // Guarded by this object's monitor. It is held from reading how the client is to having it kept, so that the last
    // that is kept is
    // the newest; and taken before the locks of members and channels.

    /** What was kept last, or is being kept; {@code null} before. */
    private @Nullable ClientRecord kept;

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

    /**
     * Has the client kept as it is now.
     *
     * @param now how it is; {@code null} when it has ended, which is kept by others. Asked under this object's lock
     * @return as {@link Recoveries#keep}
     */
    synchronized CompletionStage<Void> keep(Supplier<@Nullable ClientRecord> now) {
        var record = now.get();
        return record == null ? CompletableFuture.completedStage(null) : keep(record);
    }

    private CompletionStage<Void> keep(ClientRecord record) {
        kept = record;
        var number = ++puts;
        var secret = pid;
        var stage = secret == null ? CompletableFuture.<Void>completedStage(null) : recoveries.keep(secret, record);
        return stage.whenComplete((nothing, failure) -> {
            if (failure == null) {
                succeeded(number, record);
            }
        });
    }

    private synchronized void succeeded(long number, ClientRecord record) {
        if (number > latestKept) {
            latestKept = number;
            keptChannels = record.begins().keySet();
        }
    }

    /** Whether a later life of the server would find the client in a channel. */
    synchronized boolean isKeptIn(ChannelName channel) {
        return keptChannels.contains(channel);
    }

    /** A later life of the server will not know the client. */
    void unkeep() {
        var secret = pid;
        if (secret != null) {
            recoveries.unkeep(secret);
        }
    }

    /** The client cannot come back, and is not told how it could have. */
    void giveUp() {
        @Nullable String secret;
        synchronized (this) {
            secret = pid;
            pid = null;
        }
        forget(secret);
    }

    /** The client has ended, and may not come back, to any life. Who has it kept at this moment is waited for. */
    void forget() {
        @Nullable String secret;
        synchronized (this) {
            secret = pid;
        }
        forget(secret);
    }

    private void forget(@Nullable String secret) {
        if (secret != null) {
            recoveries.forget(secret);
        }
    }

    /**
     * The client has ended, and may come back.
     *
     * @param last how it was
     */
    void suspend(ClientRecord last, Recoveries.Suspended state) {
        var secret = pid;
        if (secret == null) {
            return;
        }
        synchronized (this) {
            if (kept != null && !last.equals(kept)) {
                var unused = keep(last).whenComplete((nothing, failure) -> {
                    if (failure != null) {
                        unkeep();
                    }
                });
            }
        }
        recoveries.suspend(secret, state);
    }
}
