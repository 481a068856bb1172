package dev.herald.hub;

import static java.lang.System.Logger.Level.WARNING;

import dev.herald.api.ChannelName;
import dev.herald.api.Envelope;
import dev.herald.api.Position;
import dev.herald.api.Published;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The live side of a channel: hands each message of the log, in its order, to all subscriptions that have caught up, and tells
 * the observers. Exists while somebody is subscribed or publishes. Thread-safe.
 *
 * <p>Publishers may come here in any order. One that is ahead of another finds messages missing before its own and reads them
 * from the log itself: there they are, since an offset is visible only after all before it.
 */
final class Channel {

    private static final System.Logger LOG = System.getLogger(Channel.class.getName());

    /** How many messages are read from the log at a time. */
    static final int PAGE = 128;

    /** The latest deliveries, kept for subscriptions that have nearly caught up. */
    private static final int TAIL = 64;

    private static final Subscription[] NOBODY = {};
    private static final Position NOWHERE = new Position("no epoch yet", 0);

    private final ChannelName name;
    private final Log log;
    private final Pages pages;
    private final Observers observers;

    /** Held while a page is read, which may take long; under it, no subscription is told of anything. */
    private final Object reading = new Object();

    // Guarded by this object's monitor, under which is only computed and queued.
    /** The last message that was handed out. Written under the lock only. */
    private volatile Position delivered = NOWHERE;

    private final Deque<Delivery> tail = new ArrayDeque<>(1);
    /** Never changed, only replaced: it is walked outside the lock, too. */
    private Subscription[] live = NOBODY;

    /** What came of reading the log for a subscription. */
    enum Read {
        /** It has the next page, or there is none. */
        PAGE,
        /** Its queue has no room. */
        FULL,
        /** The log has forgotten what comes next. */
        GAP
    }

    Channel(ChannelName name, Log log, Pages pages, Observers observers) {
        this.name = name;
        this.log = log;
        this.pages = pages;
        this.observers = observers;
    }

    /** To be called before anything else: what is in the log by now is not handed out. Calls but the first do nothing. */
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

    /** Hands out a message that is in the log, after all that are missing before it. */
    void deliver(Envelope message) {
        var last = positionOf(message);
        var next = List.of(message);
        while (!handOut(next, last)) {
            Replay replay;
            try {
                replay = log.since(name, before(last), PAGE);
            } catch (LogUnavailableException e) {
                LOG.log(WARNING, "channel " + name + " is cut off, to be resumed: " + e.getMessage());
                cutOff(takeLive());
                return;
            }
            if (replay instanceof Replay.Complete complete) {
                beginEpoch(replay.head().epoch());
                next = complete.messages();
            } else {
                admitLoss(last, replay.head());
                return;
            }
        }
    }

    /** Hands out those of the messages that come next; true when {@code last} is handed out, now or earlier. */
    private boolean handOut(List<Envelope> messages, Position last) {
        Subscription[] recipients;
        boolean done;
        synchronized (this) {
            recipients = live;
            for (var message : messages) {
                if (isNext(positionOf(message))) {
                    handOut(new Delivery(message));
                }
            }
            done = isHandedOut(last);
        }
        for (var subscription : recipients) {
            subscription.flush();
        }
        return done;
    }

    private boolean isHandedOut(Position position) {
        return position.epoch().equals(delivered.epoch()) && position.offset() <= delivered.offset();
    }

    private boolean isNext(Position position) {
        return position.epoch().equals(delivered.epoch()) && position.offset() == delivered.offset() + 1;
    }

    private void handOut(Delivery delivery) {
        delivered = positionOf(delivery.message());
        if (tail.size() == TAIL) {
            tail.removeFirst();
        }
        tail.addLast(delivery);
        var staying = live.length;
        for (var subscription : live) {
            if (!subscription.push(delivery)) {
                staying--;
            }
        }
        if (staying < live.length) {
            live = Arrays.stream(live).filter(one -> !one.isBehind()).toArray(Subscription[]::new);
        }
        tellPublished(delivery);
    }

    /** Under the lock, so that observers are told in the channel's order; they are only queued. */
    private void tellPublished(Delivery delivery) {
        if (!observers.areBehind()) {
            observers.tell(new Published(delivery.message()));
        }
    }

    /** Hands out a message that is in no log; who has no room for it misses it. */
    void deliverUnlogged(Envelope message) {
        var delivery = new Delivery(message);
        Subscription[] recipients;
        synchronized (this) {
            recipients = live;
            for (var subscription : recipients) {
                subscription.offerUnlogged(delivery);
            }
            tellPublished(delivery);
        }
        for (var subscription : recipients) {
            subscription.flush();
        }
    }

    /** Where the log must be read from so that the next message to hand out comes first. */
    private synchronized Position before(Position position) {
        return position.epoch().equals(delivered.epoch()) ? delivered : new Position(position.epoch(), 0);
    }

    private synchronized void beginEpoch(String epoch) {
        if (!epoch.equals(delivered.epoch())) {
            delivered = new Position(epoch, 0);
            tail.clear();
        }
    }

    /**
     * The log has forgotten messages before they were handed out. Who was to get them is told by being cut off.
     *
     * @param lost the last that was to be handed out
     */
    private void admitLoss(Position lost, Position head) {
        Subscription[] losers;
        synchronized (this) {
            if (isHandedOut(lost)) {
                return;
            }
            if (head.epoch().equals(delivered.epoch()) && head.offset() > delivered.offset()) {
                delivered = head;
                tail.clear();
            }
            losers = takeLive();
        }
        cutOff(losers);
    }

    private synchronized Subscription[] takeLive() {
        var taken = live;
        live = NOBODY;
        return taken;
    }

    /** Who misses something is told by being cut off, and finds it in the log, if it is there, when it comes back. */
    private static void cutOff(Subscription[] losers) {
        for (var subscription : losers) {
            subscription.fallBehind();
        }
    }

    /** Reads the log for a subscription that is not live, as much as its queue takes but at most one page. */
    Read readOn(Subscription subscription) {
        var cursor = subscription.cursor();
        var next = pages.after(name, cursor);
        if (next.isEmpty()) {
            next = readPage(cursor);
        }
        if (next.isEmpty()) {
            return Read.GAP;
        }
        for (var delivery : next.get()) {
            if (!subscription.replay(delivery)) {
                return Read.FULL;
            }
        }
        return Read.PAGE;
    }

    /** Reads what comes next, one at a time: who has waited here finds it read by another. Empty when there is a gap. */
    private Optional<List<Delivery>> readPage(Position cursor) {
        synchronized (reading) {
            var read = pages.after(name, cursor);
            if (read.isPresent()) {
                return read;
            }
            if (log.since(name, cursor, PAGE) instanceof Replay.Complete complete) {
                beginEpoch(complete.head().epoch());
                var page = complete.messages().stream().map(Delivery::new).toList();
                pages.add(name, page);
                return Optional.of(page);
            }
            return Optional.empty();
        }
    }

    /**
     * Makes a subscription live if all that it misses is at hand: it gets the last few messages after its cursor now, and from
     * then on each new one. An ended subscription stays ended.
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
            live = Arrays.copyOf(live, live.length + 1);
            live[live.length - 1] = subscription;
        }
        return true;
    }

    /** Nothing more is queued for the subscription once this has returned. */
    synchronized void end(Subscription subscription) {
        subscription.markEnded();
        live = Arrays.stream(live).filter(one -> one != subscription).toArray(Subscription[]::new);
    }

    static Position positionOf(Envelope message) {
        return Objects.requireNonNull(message.position(), "a message of a log has a position");
    }
}
