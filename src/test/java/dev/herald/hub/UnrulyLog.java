package dev.herald.hub;

import dev.herald.api.ChannelKind;
import dev.herald.api.ChannelName;
import dev.herald.api.Position;
import dev.herald.api.RefusedException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** A log that keeps its contract and no more: it answers late, lets others go first, or fails, as a test wants. */
final class UnrulyLog implements Log {

    private Log log;
    private final List<CompletableFuture<Void>> held = new ArrayList<>();
    private boolean holding;
    private final AtomicInteger replays = new AtomicInteger();
    private Runnable afterHead = () -> {};
    private Runnable afterSince = () -> {};
    private Runnable afterPage = () -> {};
    private int largestPage;
    private Predicate<ChannelName> broken = channel -> false;
    private volatile Consumer<ChannelName> beforeReading = channel -> {};
    private volatile boolean hiding;
    private Predicate<Draft> refused = draft -> false;
    private Predicate<Draft> concealed = draft -> false;

    UnrulyLog(Log log) {
        this.log = log;
    }

    /** From now on appends are committed, but not acknowledged until {@link #acknowledge}. */
    void hold() {
        holding = true;
    }

    /** Appends are acknowledged at once again; those held stay so. */
    void holdNoMore() {
        holding = false;
    }

    /** Acknowledges an append that was held; 0 is the first one. */
    void acknowledge(int number) {
        held.get(number).complete(null);
    }

    /** Does this once, after the next answer about a head was made up and before it is given. */
    void afterNextHead(Runnable what) {
        afterHead = what;
    }

    /** Does this once, after the next replay was made up and before it is given. */
    void afterNextSince(Runnable what) {
        afterSince = what;
    }

    /** Does this once, after the next page was made up and before it is given. */
    void afterNextPage(Runnable what) {
        afterPage = what;
    }

    /** The most messages that were read backwards at a time. */
    int largestPage() {
        return largestPage;
    }

    /** From now on it is another log, with so many messages in the channel. */
    void become(Log other, ChannelName channel, int messages) {
        log = other;
        for (var n = 1; n <= messages; n++) {
            LogContract.await(append(LogContract.draft(channel, "" + n)));
        }
    }

    /** How often it was asked what came after a position. */
    int replays() {
        return replays.get();
    }

    /** These channels cannot be read. */
    void cannotRead(Predicate<ChannelName> channels) {
        broken = channels;
    }

    /** Does this before each answer about a channel, for example waits. */
    void beforeReading(Consumer<ChannelName> what) {
        beforeReading = what;
    }

    /** From now on it knows the heads of its channels, but shows no message. */
    void hidesMessages() {
        hiding = true;
    }

    /** These drafts are not taken. */
    void refuses(Predicate<Draft> drafts) {
        refused = drafts;
    }

    /** These drafts are taken, and their publishers are told the opposite. */
    void concealsThatItTook(Predicate<Draft> drafts) {
        concealed = drafts;
    }

    @Override
    public CompletionStage<Appended> append(Draft draft) {
        if (refused.test(draft)) {
            return CompletableFuture.failedStage(
                    new RefusedException(RefusedException.Reason.LOG_UNAVAILABLE, "the log is not there"));
        }
        var appended = log.append(draft);
        if (concealed.test(draft)) {
            return CompletableFuture.failedStage(
                    new RefusedException(RefusedException.Reason.LOG_UNAVAILABLE, "nobody knows"));
        }
        if (!holding) {
            return appended;
        }
        var release = new CompletableFuture<Void>();
        held.add(release);
        return release.thenCompose(now -> appended);
    }

    @Override
    public Replay since(ChannelName channel, Position since, int limit) {
        requireReadable(channel);
        replays.incrementAndGet();
        var replay = log.since(channel, since, limit);
        if (hiding) {
            return new Replay.Complete(List.of(), replay.head());
        }
        var after = afterSince;
        afterSince = () -> {};
        after.run();
        return replay;
    }

    @Override
    public Position head(ChannelName channel) {
        requireReadable(channel);
        var head = log.head(channel);
        var after = afterHead;
        afterHead = () -> {};
        after.run();
        return head;
    }

    private void requireReadable(ChannelName channel) {
        beforeReading.accept(channel);
        if (broken.test(channel)) {
            throw new IllegalStateException("the log is not there");
        }
    }

    @Override
    public Page before(ChannelName channel, long before, int limit) {
        requireReadable(channel);
        var page = log.before(channel, before, limit);
        largestPage = Math.max(largestPage, page.messages().size());
        var after = afterPage;
        afterPage = () -> {};
        after.run();
        return page;
    }

    @Override
    public ChannelKind kind(ChannelName channel) {
        return log.kind(channel);
    }
}
