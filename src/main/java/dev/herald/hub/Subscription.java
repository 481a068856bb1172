package dev.herald.hub;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.WARNING;

import dev.herald.api.ChannelName;
import dev.herald.api.Position;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One subscriber's place in one channel. From {@link #start} on it gets every message after the position it begins at, once and
 * in order: first from the log, as fast as the subscriber's queue takes them, then live. Thread-safe.
 */
public final class Subscription {

    private static final System.Logger LOG = System.getLogger(Subscription.class.getName());

    /**
     * How a subscription begins.
     *
     * @param recovered whether every message after the position that was asked for, or that the device was at, will come
     * @param reason why not; {@code null} when they will, or there was no such position
     * @param head the channel's last message at the time of joining
     * @param since the place before the first message that will come, if the device says which; {@code null} otherwise
     */
    public record Start(
            boolean recovered,
            Replay.@Nullable Reason reason,
            Position head,
            @Nullable Position since) {

        Start(boolean recovered, Replay.@Nullable Reason reason, Position head) {
            this(recovered, reason, head, null);
        }
    }

    private final Channel channel;
    private final Subscriber subscriber;
    private final Position begin;
    private final Start start;
    private final Predicate<Set<String>> isExcepted;

    /** More than 0 while a thread is catching up: the others leave a note here for it, and go. */
    private final AtomicInteger catchUps = new AtomicInteger();

    private final AtomicBoolean started = new AtomicBoolean();
    private volatile boolean announced;
    private volatile boolean live;

    // Guarded by this object's monitor. Taken under the channel's lock, never the other way round.
    /** The last message in the subscriber's queue, or where it begins. */
    private Position cursor;

    private boolean behind;
    private boolean ended;

    /** @param isExcepted whether the subscriber, or a channel that it is in, is among these names; called under locks */
    Subscription(
            Channel channel, Subscriber subscriber, Position begin, Start start, Predicate<Set<String>> isExcepted) {
        this.channel = channel;
        this.subscriber = subscriber;
        this.begin = begin;
        this.cursor = begin;
        this.start = start;
        this.isExcepted = isExcepted;
    }

    /** The place before the first message that it gets. */
    Position begin() {
        return begin;
    }

    /** Which channel this is a place in. */
    public ChannelName channel() {
        return channel.name();
    }

    /** What the client is told of it. */
    public Start outcome() {
        return start;
    }

    /**
     * Lets the messages come; until then they wait in the log. Only the first call does anything, and only if the subscription
     * has not ended.
     *
     * @param announce queues for the client how it begins, before the first message, or returns false if there is no room; called
     *     under a lock, so it only queues
     */
    public void start(Predicate<Subscription> announce) {
        if (!started.compareAndSet(false, true)) {
            return;
        }
        synchronized (this) {
            announced = ended || announce.test(this);
        }
        if (announced) {
            catchUp();
        } else {
            fallBehind();
        }
    }

    boolean isStarted() {
        return started.get();
    }

    /** The subscriber's queue has room again. */
    void resume() {
        if (announced && !live) {
            catchUp();
        }
    }

    private void catchUp() {
        if (catchUps.getAndIncrement() > 0) {
            return;
        }
        int notes;
        do {
            notes = catchUps.get();
            try {
                readUntilLiveOrFull();
            } catch (LogUnavailableException e) {
                LOG.log(
                        WARNING,
                        "a connection is cut off, to come back to channel " + channel() + ": " + e.getMessage());
                fallBehind();
            } catch (RuntimeException e) {
                LOG.log(ERROR, () -> "a connection is cut off: the log of channel " + channel() + " cannot be read", e);
                fallBehind();
            }
            subscriber.flush();
        } while (catchUps.addAndGet(-notes) > 0);
    }

    private void readUntilLiveOrFull() {
        while (!isEnded() && !live && !channel.goLive(this)) {
            var read = channel.readOn(this);
            subscriber.flush();
            if (read == Channel.Read.GAP) {
                fallBehind();
            } else if (read == Channel.Read.FULL) {
                return;
            }
        }
    }

    /**
     * Queues a missed message unless the subscriber has it already.
     *
     * @return false when there is no room for it
     */
    synchronized boolean replay(Delivery delivery) {
        return queue(delivery, subscriber::replay);
    }

    /** Queues the next live message unless the subscriber has it already; one that has no room for it is out. */
    synchronized boolean push(Delivery delivery) {
        behind = behind || !queue(delivery, subscriber::offer);
        return !behind;
    }

    private boolean queue(Delivery delivery, Predicate<Delivery> offer) {
        var position = Channel.positionOf(delivery.message());
        if (ended || (position.epoch().equals(cursor.epoch()) && position.offset() <= cursor.offset())) {
            return true;
        }
        if (isFor(delivery) && !offer.test(delivery)) {
            return false;
        }
        cursor = position;
        return true;
    }

    private boolean isFor(Delivery delivery) {
        var except = delivery.message().except();
        return except.isEmpty() || !isExcepted.test(except);
    }

    /** Queues a message that has no position, if there is room. */
    synchronized void offerUnlogged(Delivery delivery) {
        if (!ended && isFor(delivery)) {
            subscriber.offer(delivery);
        }
    }

    /** Writes what was queued, outside all locks. */
    void flush() {
        subscriber.flush();
        if (isBehind()) {
            fallBehind();
        }
    }

    /** Nothing more is queued once this has returned. */
    void end() {
        channel.end(this);
    }

    void fallBehind() {
        channel.end(this);
        subscriber.fellBehind();
    }

    synchronized Position cursor() {
        return cursor;
    }

    /**
     * Whether it has all messages up to this one, and all that were in the log when it joined: the channel may not know of them
     * yet.
     */
    synchronized boolean hasAllUpTo(Position delivered) {
        var head = start.head();
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
