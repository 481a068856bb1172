package dev.herald.hub;

import static dev.herald.api.RefusedException.Reason.LOG_UNAVAILABLE;
import static dev.herald.api.RefusedException.Reason.OVERLOADED;
import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.WARNING;

import dev.herald.api.ChannelName;
import dev.herald.api.Envelope;
import dev.herald.api.Receipt;
import dev.herald.api.RefusedException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Appends messages to the log and has them delivered. Any thread may call, holding no lock. The returned stages complete on the
 * calling thread when the log answers at once, else on a thread that delivers, never on the log's own.
 */
final class Publisher {

    /** Longer than any id of a client's, so that the copy's id cannot be one. */
    private static final String COPY_ID = "sent:".repeat(Draft.MAX_CLIENT_ID / 5 + 1);

    private static final System.Logger LOG = System.getLogger(Publisher.class.getName());

    /** Whose a message is. */
    private enum Origin {
        /** A client's or a bean's. */
        PUBLISHED,
        /** Herald's own: a copy for a sender, or a health check's. */
        HERALD,
        /** Another node's, which all nodes know of. */
        NEIGHBOUR
    }

    private final Log log;
    private final Channels channels;
    private final Neighbours neighbours;
    private final HubFigures figures;
    private final Deliveries deliveries;

    Publisher(Log log, Channels channels, Neighbours neighbours, Executor executor) {
        this.log = log;
        this.channels = channels;
        this.neighbours = neighbours;
        this.figures = channels.figures();
        this.deliveries = new Deliveries(executor);
    }

    /** Appends a message, and the copy of a private one to its sender's channel; as {@link Hub#publish}. */
    CompletionStage<Receipt> publish(Draft draft) {
        var start = System.nanoTime();
        return append(draft, Origin.PUBLISHED)
                .thenCompose(receipt -> copyToSender(draft, receipt))
                .thenApply(receipt -> {
                    if (!receipt.duplicate()) {
                        figures.acknowledged(System.nanoTime() - start);
                    }
                    return receipt;
                });
    }

    /** Waits until what the log has committed by now is delivered, and its publishers are told; false if that takes longer. */
    boolean awaitDelivered(Duration atMost) {
        return deliveries.finish(atMost);
    }

    /** Delivers a message past the log, on the calling thread. */
    void deliverUnlogged(ChannelName name, Envelope message) {
        figures.publishedPastTheLog();
        var channel = channels.acquire(name);
        try {
            channel.deliverUnlogged(message);
        } finally {
            channels.release(name);
        }
        neighbours.tell(message);
    }

    /**
     * Delivers something of another node to those who are subscribed here, on a thread that delivers. When too much waits already, it
     * is dropped.
     *
     * @param size in characters
     */
    void deliverRemote(ChannelName name, int size, Consumer<Channel> delivery) {
        if (!deliveries.isFull()) {
            channels.subscribed(name)
                    .ifPresent(channel -> deliveries.add(channel, size, () -> delivery.accept(channel)));
        }
    }

    /** Appends a message of another node to this node's log of a channel in memory, and delivers it. The neighbours have it. */
    void keepRemote(Draft draft) {
        append(draft, Origin.NEIGHBOUR).whenComplete((receipt, failure) -> {
            if (failure != null) {
                LOG.log(DEBUG, () -> "a message of another node is not kept: " + failure.getMessage());
            }
        });
    }

    /**
     * Appends a message; the channel is acquired until after the delivery, so that it sees all messages in their order.
     *
     * @return completes when the message is delivered
     */
    CompletionStage<Receipt> append(Draft draft) {
        return append(draft, Origin.HERALD);
    }

    private CompletionStage<Receipt> append(Draft draft, Origin origin) {
        if (deliveries.isFull()) {
            return CompletableFuture.failedStage(
                    new RefusedException(OVERLOADED, "too many messages wait to be delivered; try again later"));
        }
        Channel channel;
        try {
            channel = channels.acquire(draft.channel());
        } catch (LogUnavailableException e) {
            return CompletableFuture.failedStage(new RefusedException(LOG_UNAVAILABLE, String.valueOf(e.getMessage())));
        }
        CompletableFuture<Appended> appended;
        try {
            appended = log.append(draft).toCompletableFuture();
        } catch (RuntimeException | Error e) {
            channels.release(draft.channel());
            throw e;
        }
        var settled = new CompletableFuture<Receipt>();
        if (origin != Origin.NEIGHBOUR) {
            var unused = appended.thenAccept(this::tellNeighbours);
        }
        var committed = System.nanoTime();
        if (needsNoWait(appended, channel)) {
            var unused = appended.whenComplete((answer, failure) -> {
                delivered(origin, answer, committed);
                settle(draft, answer, failure, settled);
            });
        } else {
            var unused = appended.whenComplete(
                    (answer, failure) -> deliverLater(channel, draft, origin, answer, failure, settled));
        }
        return settled;
    }

    private void deliverLater(
            Channel channel,
            Draft draft,
            Origin origin,
            @Nullable Appended answer,
            @Nullable Throwable failure,
            CompletableFuture<Receipt> settled) {
        var committed = System.nanoTime();
        deliveries.add(channel, draft.size(), () -> {
            try {
                deliver(channel, answer);
                delivered(origin, answer, committed);
            } finally {
                settle(draft, answer, failure, settled);
            }
        });
    }

    /** Counts a message that is new; copies of it, and what comes from elsewhere, are no messages of this node's own. */
    private void delivered(Origin origin, @Nullable Appended appended, long committed) {
        if (origin == Origin.PUBLISHED && appended != null && !appended.duplicate()) {
            figures.deliveries().note(System.nanoTime() - committed);
        }
    }

    /** Of a repeat they were told before. */
    private void tellNeighbours(Appended appended) {
        var message = appended.message();
        if (!appended.duplicate() && !RoundTrip.CHANNEL.equals(message.channel())) {
            neighbours.tell(message);
        }
    }

    /** Whether the log has answered already, and with the message that its channel waits for: then it was delivered just now. */
    private static boolean needsNoWait(CompletableFuture<Appended> appended, Channel channel) {
        return appended.isDone()
                && (appended.isCompletedExceptionally()
                        || channel.deliverNext(appended.join().message()));
    }

    /** A repeat is delivered, too: the log may have the first one although its publisher was not told. */
    private static void deliver(Channel channel, @Nullable Appended appended) {
        if (appended != null) {
            channel.deliver(appended.message());
        }
    }

    /** Releases the channel, and tells the publisher. */
    private void settle(
            Draft draft, @Nullable Appended appended, @Nullable Throwable failure, CompletableFuture<Receipt> settled) {
        channels.release(draft.channel());
        if (appended == null) {
            settled.completeExceptionally(
                    failure == null ? new IllegalStateException("the log gave no answer") : failure);
        } else {
            var position = appended.message().position();
            settled.complete(new Receipt(draft.channel(), position, appended.duplicate(), log.kind(draft.channel())));
        }
    }

    /**
     * Publishes the copy of a private message for its sender. When the message is a repeat, the copy is tried again; the log
     * knows whether it exists. If the copy fails, the message stays published.
     */
    private CompletionStage<Receipt> copyToSender(Draft draft, Receipt receipt) {
        var from = draft.from();
        var to = draft.to();
        if (from == null || to == null || from.id().equals(to) || (draft.clientId() == null && receipt.duplicate())) {
            return CompletableFuture.completedStage(receipt);
        }
        var copyId = draft.clientId() == null ? null : COPY_ID + to.length() + ":" + to + ":" + draft.clientId();
        var copy = new Draft(ChannelName.ofUser(from.id()), "sent", from, to, draft.json(), copyId);
        return append(copy).handle((copied, failure) -> {
            if (failure != null) {
                LOG.log(
                        WARNING,
                        () -> from.id() + " has no copy of a private message, which has reached " + to
                                + "; it gets one when it sends the message again: " + failure.getMessage());
            }
            return receipt;
        });
    }
}
