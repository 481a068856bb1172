package dev.herald.hub;

import dev.herald.api.ChannelName;
import dev.herald.api.Position;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One subscriber's place in one channel. From {@link #start} on it gets every message after the position it begins at, once and
 * in order: first from the log, as fast as the subscriber's queue takes them, then live. Thread-safe.
 */
public final class Subscription {

    /**
     * How a subscription begins.
     *
     * @param recovered whether every message after the position that was asked for will come
     * @param reason why not; {@code null} when they will, or no position was asked for
     * @param head the channel's last message at the time of joining
     */
    public record Start(boolean recovered, Replay.@Nullable Reason reason, Position head) {}

    private final Channel channel;
    private final Subscriber subscriber;
    private final Start start;

    /** More than 0 while a thread is catching up: the others leave a note here for it, and go. */
    private final AtomicInteger catchUps = new AtomicInteger();

    private final AtomicBoolean started = new AtomicBoolean();
    private volatile boolean live;

    // Guarded by this object's monitor. Taken under the channel's lock, never the other way round.
    /** The last message in the subscriber's queue, or where it begins. */
    private Position cursor;

    private boolean behind;
    private boolean ended;

    Subscription(Channel channel, Subscriber subscriber, Position cursor, Start start) {
        this.channel = channel;
        this.subscriber = subscriber;
        this.cursor = cursor;
        this.start = start;
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
     * Lets the messages come; until then they wait in the log. Only the first call does anything.
     *
     * @param announce tells the client how it begins, before the first message
     */
    public void start(Consumer<Subscription> announce) {
        if (started.compareAndSet(false, true)) {
            announce.accept(this);
            catchUp();
        }
    }

    boolean isStarted() {
        return started.get();
    }

    /** The subscriber's queue has room again. */
    void resume() {
        if (started.get() && !live) {
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
            while (!isEnded() && !live && !channel.goLive(this)) {
                var read = channel.readOn(this);
                subscriber.flush();
                if (read == Channel.Read.GAP) {
                    fallBehind();
                } else if (read == Channel.Read.FULL) {
                    break;
                }
            }
            subscriber.flush();
        } while (catchUps.addAndGet(-notes) > 0);
    }

    /**
     * Queues a message unless the subscriber has it already.
     *
     * @return false when there is no room for it
     */
    synchronized boolean offer(Delivery delivery) {
        var position = Channel.positionOf(delivery.message());
        if (ended || (position.epoch().equals(cursor.epoch()) && position.offset() <= cursor.offset())) {
            return true;
        }
        if (!subscriber.offer(delivery)) {
            return false;
        }
        cursor = position;
        return true;
    }

    /** Queues the next live message; a subscriber that has no room for it is out. */
    synchronized boolean push(Delivery delivery) {
        behind = behind || !offer(delivery);
        return !behind;
    }

    /** Queues a message that has no position, if there is room. */
    synchronized void offerUnlogged(Delivery delivery) {
        if (!ended) {
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
