package dev.herald.hub;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.WARNING;

import dev.herald.api.ChannelName;
import dev.herald.api.Envelope;
import dev.herald.api.Position;
import dev.herald.api.Published;
import dev.herald.hub.Subscription.Taken;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The live side of a channel: delivers each message of the log, in its order, to all subscriptions that have caught up, and
 * tells the observers. Exists while somebody is subscribed or publishes.
 *
 * <p>Any thread may call, but {@link #open} and {@link #deliver} may wait for the log, so those who call them hold no lock. The
 * channel's own lock is taken under a member's lock and before those of subscriptions; under it this class only computes and
 * queues.
 *
 * <p>Messages may come here in any order. When earlier messages are missing, they are read from the log. They must be there,
 * because an offset becomes visible only after all offsets before it.
 */
final class Channel {

    private static final System.Logger LOG = System.getLogger(Channel.class.getName());

    /** How many messages are read from the log at a time. */
    static final int PAGE = 128;

    /** The latest deliveries, kept for subscriptions that have nearly caught up. */
    private static final int TAIL = 64;

    private static final Position NOWHERE = new Position("no epoch yet", 0);

    private final ChannelName name;
    private final Log log;
    private final Observers observers;
    private final PageReader reader;
    private final HubFigures figures;

    /** What the log has committed and {@link Deliveries} has not delivered yet, in the order of the commits. */
    private final Queue<Runnable> undelivered = new ConcurrentLinkedQueue<>();

    // Guarded by this object's monitor.
    /** The last message that was delivered. Read without the lock by {@link #open} alone. */
    private volatile Position delivered = NOWHERE;

    private final Deque<Delivery> tail = new ArrayDeque<>(1);
    private final Recipients live = new Recipients();

    Channel(ChannelName name, Log log, ReplayCache cache, Observers observers, HubFigures figures) {
        this.figures = figures;
        this.name = name;
        this.log = log;
        this.observers = observers;
        this.reader = new PageReader(name, log, cache, head -> beginEpoch(head.epoch()));
    }

    /**
     * Must be called before anything else. Messages that are already in the log are not delivered. Only the first call does
     * something.
     */
    void open() {
        if (delivered.equals(NOWHERE)) {
            var head = log.head(name);
            synchronized (this) {
                if (delivered.equals(NOWHERE)) {
                    delivered = head;
                }
            }
        }
    }

    ChannelName name() {
        return name;
    }

    HubFigures figures() {
        return figures;
    }

    Queue<Runnable> undelivered() {
        return undelivered;
    }

    /** Reads the log for subscriptions that are not live. */
    PageReader reader() {
        return reader;
    }

    /**
     * Delivers a message that is in the log if it comes next.
     *
     * @return false when others are missing before it: then nothing has changed
     */
    boolean deliverNext(Envelope message) {
        return deliver(List.of(message), positionOf(message));
    }

    /**
     * Delivers a message that is in the log, after all that are missing before it. When those cannot be read, all live
     * subscriptions are cut off; their clients find the messages in the log later.
     */
    void deliver(Envelope message) {
        deliver(positionOf(message), Optional.of(List.of(message)));
    }

    /** As {@link #deliver(Envelope)}, for a message that another node has told of. Such news may be old. */
    void deliverRemote(Envelope message) {
        if (isOpen() && isOfThisEpoch(positionOf(message))) {
            deliver(message);
        } else {
            deliverUpTo(positionOf(message));
        }
    }

    /**
     * Delivers what the log has up to a position, as {@link #deliver(Envelope)}. A position of another epoch only says that there may
     * be something new.
     */
    void deliverUpTo(Position position) {
        if (!isDelivered(position)) {
            deliver(position, Optional.empty());
        }
    }

    private void deliver(Position position, Optional<List<Envelope>> known) {
        try {
            open();
            if (known.isEmpty() && !isOfThisEpoch(position)) {
                lookAtTheHead();
                return;
            }
            var last = position;
            var next = known.isPresent() ? known : missingBefore(last);
            while (next.isPresent() && !deliver(next.get(), last)) {
                next = missingBefore(last);
            }
        } catch (LogUnavailableException e) {
            LOG.log(WARNING, "channel " + name + " is cut off, to be resumed: " + e.getMessage());
            cutOff(takeLive());
        } catch (RuntimeException | Error e) {
            LOG.log(ERROR, "channel " + name + " is cut off, to be resumed: a message could not be delivered", e);
            cutOff(takeLive());
        }
    }

    /** The next messages of the log, at least one. Empty when some were lost; then all live subscriptions were cut off. */
    private Optional<List<Envelope>> missingBefore(Position last) {
        var after = startOfReading(last);
        var replay = log.since(name, after, PAGE);
        if (!(replay instanceof Replay.Complete complete)) {
            admitLoss(last, replay.head());
            return Optional.empty();
        }
        beginEpoch(replay.head().epoch());
        if (complete.messages().isEmpty() && !isDelivered(last)) {
            throw new LogUnavailableException(
                    "the log took message " + last.offset() + ", but shows none after " + after.offset());
        }
        return Optional.of(complete.messages());
    }

    /** Delivers those of the messages that come next; true when {@code last} is delivered, now or earlier. */
    private boolean deliver(List<Envelope> messages, Position last) {
        Subscription[] recipients;
        boolean done;
        synchronized (this) {
            recipients = live.snapshot();
            for (var message : messages) {
                if (isNext(positionOf(message))) {
                    push(new Delivery(message));
                }
            }
            done = isDelivered(last);
        }
        for (var subscription : recipients) {
            subscription.flush();
        }
        return done;
    }

    private boolean isOpen() {
        return !delivered.equals(NOWHERE);
    }

    /** Another node has told of another epoch: either that is old, or the log began anew, and then everybody has to find out. */
    private void lookAtTheHead() {
        var head = log.head(name);
        Subscription[] losers = {};
        synchronized (this) {
            if (!head.epoch().equals(delivered.epoch())) {
                delivered = head;
                tail.clear();
                losers = live.takeAll();
            }
        }
        cutOff(losers);
        if (!isDelivered(head)) {
            deliverUpTo(head);
        }
    }

    private synchronized boolean isOfThisEpoch(Position position) {
        return position.epoch().equals(delivered.epoch());
    }

    synchronized boolean isDelivered(Position position) {
        return position.epoch().equals(delivered.epoch()) && position.offset() <= delivered.offset();
    }

    private boolean isNext(Position position) {
        return position.epoch().equals(delivered.epoch()) && position.offset() == delivered.offset() + 1;
    }

    private void push(Delivery delivery) {
        delivered = positionOf(delivery.message());
        if (tail.size() == TAIL) {
            tail.removeFirst();
        }
        tail.addLast(delivery);
        var queued = 0;
        for (var subscription : live.snapshot()) {
            var taken = subscription.push(delivery);
            if (taken == Taken.QUEUED) {
                queued++;
            } else if (taken == Taken.REFUSED) {
                live.remove(subscription);
            }
        }
        figures.queued(queued);
        tellPublished(delivery);
    }

    /** Under the lock, so that observers are told in the channel's order; they are only queued. */
    private void tellPublished(Delivery delivery) {
        if (!observers.areBehind()) {
            observers.tell(new Published(delivery.message()));
        }
    }

    /** Delivers a message that is in no log. A subscriber without room misses it. */
    void deliverUnlogged(Envelope message) {
        var delivery = new Delivery(message);
        Subscription[] recipients;
        synchronized (this) {
            recipients = live.snapshot();
            var queued = 0;
            for (var subscription : recipients) {
                if (subscription.offerUnlogged(delivery)) {
                    queued++;
                }
            }
            figures.queued(queued);
            tellPublished(delivery);
        }
        for (var subscription : recipients) {
            subscription.flush();
        }
    }

    /** Where the log must be read from so that the next message to deliver comes first. */
    private synchronized Position startOfReading(Position position) {
        return position.epoch().equals(delivered.epoch()) ? delivered : new Position(position.epoch(), 0);
    }

    private synchronized void beginEpoch(String epoch) {
        if (!epoch.equals(delivered.epoch())) {
            delivered = new Position(epoch, 0);
            tail.clear();
        }
    }

    /**
     * The log has forgotten messages before they were delivered. Subscribers that should have got them are cut off, so that
     * they find out.
     *
     * @param lost the last that was to be delivered
     */
    private void admitLoss(Position lost, Position head) {
        Subscription[] losers;
        synchronized (this) {
            if (isDelivered(lost)) {
                return;
            }
            if (head.epoch().equals(delivered.epoch()) && head.offset() > delivered.offset()) {
                delivered = head;
                tail.clear();
            }
            losers = live.takeAll();
        }
        cutOff(losers);
    }

    private synchronized Subscription[] takeLive() {
        return live.takeAll();
    }

    /**
     * Cuts off all live subscriptions, because they miss a message. Their clients come back and read it from the log, if it is
     * there.
     */
    private static void cutOff(Subscription[] losers) {
        for (var subscription : losers) {
            subscription.fallBehind();
        }
    }

    /**
     * Makes a subscription live if everything that it misses is in memory: it gets those messages now, and from then on each
     * new one. An ended subscription stays ended.
     *
     * @return false when it must read more of the log first, or its queue is full
     */
    synchronized boolean goLive(Subscription subscription) {
        for (var delivery : tail) {
            if (subscription.comesNext(delivery) && !subscription.replay(delivery)) {
                return false;
            }
        }
        if (!subscription.hasAllUpTo(delivered)) {
            return false;
        }
        if (!subscription.isEnded()) {
            subscription.markLive();
            live.add(subscription);
        }
        return true;
    }

    /** The last message that was delivered, or where the channel began. */
    synchronized Position delivered() {
        return delivered;
    }

    /** Nothing more is queued for the subscription once this has returned. */
    synchronized void end(Subscription subscription) {
        subscription.markEnded();
        live.remove(subscription);
    }

    static Position positionOf(Envelope message) {
        return Objects.requireNonNull(message.position(), "a message of a log has a position");
    }
}
