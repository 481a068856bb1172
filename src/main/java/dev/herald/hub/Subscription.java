package dev.herald.hub;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.WARNING;

import dev.herald.api.ChannelName;
import dev.herald.api.Position;
import dev.herald.concurrent.LimitedLog;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One subscriber's place in one channel. From {@link #start} on it gets every message after the position it begins at, once and
 * in order: first from the log, as fast as the subscriber's queue takes them, then live.
 *
 * <p>Any thread may call. {@link #start}, {@link #resume} and {@link #flush} write to the subscriber's socket, so their callers
 * hold no lock; the log is read on the threads of {@link CatchUps} only. This object's monitor is taken under the channel's lock,
 * never the other way round, and the subscriber only queues under it. What a subscriber throws cuts off that subscriber.
 */
public final class Subscription implements PageReader.Reader {

    private static final System.Logger LOG = System.getLogger(Subscription.class.getName());

    /** A log that cannot be read cuts off thousands at once. */
    private static final LimitedLog CUT_OFFS = new LimitedLog(LOG);

    /**
     * How a subscription begins, as its client is told.
     *
     * @param recovered whether every message after the position that was asked for, or that the device was at, will come
     * @param reason why not; {@code null} when they will, or there was no such position
     * @param head the channel's last message at the time of joining
     * @param since the place before the first message that will come, if the device says which; {@code null} otherwise
     */
    public record Outcome(
            boolean recovered,
            Replay.@Nullable Reason reason,
            Position head,
            @Nullable Position since) {

        Outcome(boolean recovered, Replay.@Nullable Reason reason, Position head) {
            this(recovered, reason, head, null);
        }
    }

    private final Channel channel;
    private final Subscriber subscriber;
    private final CatchUps catchUps;
    private final Beginning beginning;
    private final Predicate<Set<String>> isExcepted;

    private final AtomicBoolean started = new AtomicBoolean();
    /** Whether a step is in line at {@link CatchUps} that has not begun. */
    private final AtomicBoolean inLine = new AtomicBoolean();

    private volatile boolean announced;
    private volatile boolean live;

    /** What has become of a message. */
    enum Taken {
        QUEUED,
        /** The subscriber has it already, or it is not for it. */
        NEEDLESS,
        /** There is no room for it. */
        REFUSED
    }

    // Guarded by this object's monitor.
    /** The last message in the subscriber's queue, or where it begins. */
    private Position cursor;

    private boolean behind;
    private boolean ended;
    /** What the subscriber threw, until it is logged. */
    private @Nullable Throwable failure;

    /** @param isExcepted whether the subscriber, or a channel that it is in, is among these names; called under locks */
    Subscription(
            Channel channel,
            Subscriber subscriber,
            CatchUps catchUps,
            Beginning beginning,
            Predicate<Set<String>> isExcepted) {
        this.channel = channel;
        this.subscriber = subscriber;
        this.catchUps = catchUps;
        this.beginning = beginning;
        this.cursor = beginning.position();
        this.isExcepted = isExcepted;
    }

    /** The place before the first message that it gets. */
    Position begin() {
        return beginning.position();
    }

    /** Which channel this is a place in. */
    public ChannelName channel() {
        return channel.name();
    }

    /** What the client is told of it. */
    public Outcome outcome() {
        return beginning.outcome();
    }

    /**
     * Starts delivery; until then the messages wait in the log. Only the first call does something, and only if the
     * subscription has not ended. When all missed messages are in memory, it is live on return; otherwise another thread reads
     * the log.
     *
     * @param announce queues for the client how it begins, before the first message, or returns false if there is no room;
     *     called under a lock, so it only queues
     */
    public void start(Predicate<Subscription> announce) {
        if (!started.compareAndSet(false, true)) {
            return;
        }
        try {
            synchronized (this) {
                announced = ended || announce.test(this);
            }
            if (!announced) {
                fallBehind();
            } else if (channel.goLive(this)) {
                subscriber.flush();
            } else {
                catchUpLater();
            }
        } catch (RuntimeException | Error e) {
            failed(e);
        }
    }

    boolean isStarted() {
        return started.get();
    }

    /** The subscriber's queue has room again: another thread continues to read. */
    void resume() {
        if (announced && !live) {
            catchUpLater();
        }
    }

    private void catchUpLater() {
        if (inLine.compareAndSet(false, true)) {
            catchUps.add(this, this::catchUp);
        }
    }

    /** One step towards being live, on a thread of {@link CatchUps}. */
    private void catchUp() {
        inLine.set(false);
        if (isEnded() || live) {
            return;
        }
        try {
            if (!channel.goLive(this)) {
                takePage();
            }
            subscriber.flush();
        } catch (RuntimeException | Error e) {
            failed(e);
        }
    }

    private void takePage() {
        var required = channel.delivered();
        var page = channel.reader().read(this, cursor());
        if (page instanceof PageReader.Page.Gap) {
            fallBehind();
        } else if (page instanceof PageReader.Page.Messages messages) {
            if (messages.deliveries().isEmpty() && !hasAllUpTo(required) && isIn(required.epoch())) {
                throw new LogUnavailableException("the log does not show the messages that it has");
            }
            if (messages.deliveries().stream().allMatch(this::replay)) {
                catchUpLater();
            }
        }
    }

    private synchronized boolean isIn(String epoch) {
        return cursor.epoch().equals(epoch);
    }

    /** A page that this subscription waited for is there. */
    @Override
    public void retry() {
        catchUpLater();
    }

    /** Cuts off the subscriber, as something went wrong that concerns it. */
    @Override
    public void failed(Throwable cause) {
        if (cause instanceof LogUnavailableException) {
            CUT_OFFS.log(
                    WARNING,
                    "a connection is cut off, to come back to channel " + channel() + ": " + cause.getMessage());
        } else {
            CUT_OFFS.log(
                    ERROR,
                    "connection " + subscriber.connection().id() + " is cut off from channel " + channel()
                            + ": it could not be served",
                    cause);
        }
        fallBehind();
    }

    /**
     * Queues a missed message unless the subscriber has it already.
     *
     * @return false when there is no room for it
     */
    synchronized boolean replay(Delivery delivery) {
        var taken = queue(delivery, subscriber::replay);
        if (taken == Taken.QUEUED) {
            channel.figures().queued(1);
        }
        return taken != Taken.REFUSED;
    }

    /** Queues the next live message unless the subscriber has it already. A subscriber without room is cut off. */
    synchronized Taken push(Delivery delivery) {
        var taken = Taken.REFUSED;
        try {
            taken = behind ? Taken.REFUSED : queue(delivery, subscriber::offer);
        } catch (RuntimeException | Error e) {
            failure = e;
        }
        behind = taken == Taken.REFUSED;
        return taken;
    }

    private Taken queue(Delivery delivery, Predicate<Delivery> offer) {
        var position = Channel.positionOf(delivery.message());
        if (ended || (position.epoch().equals(cursor.epoch()) && position.offset() <= cursor.offset())) {
            return Taken.NEEDLESS;
        }
        var isForIt = isFor(delivery);
        if (isForIt && !offer.test(delivery)) {
            return Taken.REFUSED;
        }
        cursor = position;
        return isForIt ? Taken.QUEUED : Taken.NEEDLESS;
    }

    private boolean isFor(Delivery delivery) {
        var except = delivery.message().except();
        return except.isEmpty() || !isExcepted.test(except);
    }

    /** Queues a message that has no position, if there is room and it is for the subscriber; returns whether it did. */
    synchronized boolean offerUnlogged(Delivery delivery) {
        try {
            return !ended && isFor(delivery) && subscriber.offer(delivery);
        } catch (RuntimeException | Error e) {
            behind = true;
            failure = e;
            return false;
        }
    }

    /** Writes what was queued, and cuts off who had no room or failed. Called outside all locks. */
    void flush() {
        try {
            subscriber.flush();
        } catch (RuntimeException | Error e) {
            failed(e);
            return;
        }
        if (isBehind()) {
            var thrown = takeFailure();
            if (thrown == null) {
                fallBehind();
            } else {
                failed(thrown);
            }
        }
    }

    private synchronized @Nullable Throwable takeFailure() {
        var taken = failure;
        failure = null;
        return taken;
    }

    /** Nothing more is queued once this has returned. */
    void end() {
        channel.end(this);
    }

    /** Cuts off the subscriber, which comes back for what it missed. */
    void fallBehind() {
        channel.end(this);
        try {
            subscriber.fellBehind();
        } catch (RuntimeException | Error e) {
            CUT_OFFS.log(ERROR, "connection " + subscriber.connection().id() + " could not be closed", e);
        }
    }

    synchronized Position cursor() {
        return cursor;
    }

    /**
     * Whether it has all messages up to this one, and all that were in the log when it joined: the channel may not know of them
     * yet.
     */
    synchronized boolean hasAllUpTo(Position delivered) {
        var head = outcome().head();
        return cursor.epoch().equals(delivered.epoch())
                && cursor.offset() >= delivered.offset()
                && (!cursor.epoch().equals(head.epoch()) || cursor.offset() >= head.offset());
    }

    synchronized boolean comesNext(Delivery delivery) {
        var position = Channel.positionOf(delivery.message());
        return position.epoch().equals(cursor.epoch()) && position.offset() == cursor.offset() + 1;
    }

    void markLive() {
        live = true;
    }

    synchronized void markEnded() {
        ended = true;
    }

    synchronized boolean isBehind() {
        return behind;
    }

    synchronized boolean isEnded() {
        return ended;
    }
}
