package dev.herald.testing;

import dev.herald.api.ChannelKind;
import dev.herald.api.ChannelName;
import dev.herald.api.Position;
import dev.herald.hub.Appended;
import dev.herald.hub.Draft;
import dev.herald.hub.Log;
import dev.herald.hub.MemoryLog;
import dev.herald.hub.Page;
import dev.herald.hub.Replay;
import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A log that works until a test breaks it. */
public final class BrokenLog implements Log {

    private final Log log;

    /** What the log throws when it is read. */
    public RuntimeException failure;

    /** What it refuses messages with. */
    public RuntimeException refusal;

    /** Whether it never says what became of a message. */
    public boolean hangs;

    /** A small log in memory. */
    public BrokenLog() {
        this(new MemoryLog("life", Clock.systemUTC(), new MemoryLog.Bounds(10, 10_000, 10)));
    }

    /** This log, until it is broken. */
    public BrokenLog(Log log) {
        this.log = log;
    }

    @Override
    public CompletionStage<Appended> append(Draft draft) {
        if (hangs) {
            return new CompletableFuture<>();
        }
        return refusal == null ? log.append(draft) : CompletableFuture.failedStage(refusal);
    }

    @Override
    public Position head(ChannelName channel) {
        requireReadable();
        return log.head(channel);
    }

    @Override
    public Replay since(ChannelName channel, Position since, int limit) {
        requireReadable();
        return log.since(channel, since, limit);
    }

    @Override
    public Page before(ChannelName channel, long before, int limit) {
        requireReadable();
        return log.before(channel, before, limit);
    }

    @Override
    public ChannelKind kind(ChannelName channel) {
        return log.kind(channel);
    }

    private void requireReadable() {
        if (failure != null) {
            throw failure;
        }
    }
}
