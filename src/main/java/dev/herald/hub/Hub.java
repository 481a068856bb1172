package dev.herald.hub;

import static dev.herald.api.RefusedException.Reason.LOG_UNAVAILABLE;
import static dev.herald.api.RefusedException.Reason.OVERLOADED;
import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.WARNING;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.herald.api.Answer;
import dev.herald.api.ChannelKind;
import dev.herald.api.ChannelName;
import dev.herald.api.Envelope;
import dev.herald.api.Position;
import dev.herald.api.Receipt;
import dev.herald.api.Received;
import dev.herald.api.RefusedException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where messages go through: from a publisher into the log of their channel, and from there, in the log's order, to everyone who
 * is subscribed. Thread-safe; nothing here waits for a recipient.
 */
public final class Hub {

    /** Longer than any id of a client's, so that the copy's id cannot be one. */
    private static final String COPY_ID = "sent:".repeat(Draft.MAX_CLIENT_ID / 5 + 1);

    /** What is kept for those who catch up together. */
    private static final long PAGES_BYTES = 16L * 1024 * 1024;
    /** Between two lines about a log that cannot be read. */
    private static final Duration WARNING_PAUSE = Duration.ofSeconds(10);

    private static final System.Logger LOG = System.getLogger(Hub.class.getName());

    private final Log log;
    private final ChannelKinds kinds;
    private final Devices devices;
    private final Observers observers;
    private final HubLimits limits;
    private final Clock clock;
    private final Presence presence;
    private final Pages pages = new Pages(PAGES_BYTES);
    private final AtomicLong warnedAt = new AtomicLong(System.nanoTime() - WARNING_PAUSE.toNanos());

    /** The channels that somebody is subscribed to or publishes to. */
    private final ConcurrentMap<ChannelName, Shared> channels = new ConcurrentHashMap<>();

    /** A channel and how many use it. Counted inside the map's atomic operations only. */
    private record Shared(Channel channel, int users) {}

    /** Likewise, but without a memory of devices. */
    public Hub(Log log, ChannelKinds kinds, Observers observers, HubLimits limits, Clock clock) {
        this(log, kinds, Devices.NONE, observers, limits, clock);
    }

    /** A hub without connections, in front of a log that may already hold messages. */
    public Hub(Log log, ChannelKinds kinds, Devices devices, Observers observers, HubLimits limits, Clock clock) {
        this.log = log;
        this.kinds = kinds;
        this.devices = devices;
        this.observers = observers;
        this.limits = limits;
        this.clock = clock;
        this.presence = new Presence(limits.connections());
    }

    /**
     * Admits a connection. It is present at once, and subscribed to {@code news} and to its person's private channel from their
     * heads on, or to the latter from what has been seen on its device; those two subscriptions are the caller's to start.
     *
     * @throws LimitException when there are as many connections as there may be
     * @throws RefusedException with {@code OVERLOADED} when the observers are too far behind, with {@code LOG_UNAVAILABLE} when
     *     the log cannot be read
     */
    public Member connect(Subscriber subscriber) {
        return admit(subscriber, Member::joinOwn);
    }

    /**
     * Admits a connection that goes on where an earlier one was: in the channels that the earlier one was in, each from the last
     * message that its client has. All subscriptions are the caller's to start. Otherwise as {@link #connect}.
     *
     * @param places the last message in each channel; the order is theirs
     * @throws GapException when a message is missing
     */
    public Member resume(Subscriber subscriber, Map<ChannelName, Position> places) {
        return admit(subscriber, member -> member.resume(places));
    }

    private Member admit(Subscriber subscriber, Consumer<Member> begin) {
        requireObserversKeepUp();
        var member = new Member(this, subscriber);
        var connected = presence.connect(member);
        try {
            begin.accept(member);
        } catch (RuntimeException e) {
            member.leaveAll();
            throw e;
        }
        observers.tell(connected);
        return member;
    }

    /**
     * Takes a message from a client: publishes it, and tells the observers of {@link Received}, unless it is a repeat.
     *
     * @return as for {@link #publish}; refused with {@code OVERLOADED} when the observers are too far behind
     */
    public CompletionStage<Receipt> receive(Member sender, Draft draft) {
        try {
            requireObserversKeepUp();
        } catch (RefusedException e) {
            return CompletableFuture.failedStage(e);
        }
        var received = sender.account().expect();
        CompletionStage<Receipt> published;
        try {
            published = publish(draft);
        } catch (RuntimeException e) {
            sender.account().settle(received, Optional.empty());
            throw e;
        }
        return published.whenComplete((receipt, failure) -> sender.account()
                .settle(
                        received,
                        receipt == null || receipt.duplicate()
                                ? Optional.empty()
                                : Optional.of(received(sender, draft))));
    }

    private static Received received(Member sender, Draft draft) {
        return new Received(
                sender.connection(), draft.event(), draft.channel(), draft.to(), draft.json(), sender, Answer.NONE);
    }

    /**
     * Takes a message from a client that is for the observers alone.
     *
     * @return false when nobody observes it
     * @throws RefusedException with {@code OVERLOADED} when the observers are too far behind
     */
    public boolean hand(Member sender, String event, String json, Answer answer) {
        requireObserversKeepUp();
        var received = new Received(sender.connection(), event, null, null, json, sender, answer);
        if (!observers.isObserved(received)) {
            return false;
        }
        sender.account().tell(received);
        return true;
    }

    /** As {@link Observers#observedNames}. */
    public Collection<String> observedNames(String namespace) {
        return observers.observedNames(namespace);
    }

    void requireObserversKeepUp() {
        if (observers.areBehind()) {
            throw new RefusedException(OVERLOADED, "the application is behind with its events; try again later");
        }
    }

    /**
     * Publishes a message: appends it to its channel's log, and then delivers it. In a volatile channel it is only delivered. A
     * private message has its sender's copy, the event {@code sent}, in the sender's own channel.
     *
     * @return completes when the message is in the log and in the queues of those who are live; exceptionally with
     *     {@link RefusedException} when it is not in the log, or nobody knows
     */
    public CompletionStage<Receipt> publish(Draft draft) {
        if (!isKept(draft.channel())) {
            return deliverUnlogged(draft);
        }
        return append(draft).thenCompose(receipt -> copyToSender(draft, receipt));
    }

    /** Delivers a message to those who are there, as in a volatile channel: past the log, and without an offset. */
    public CompletionStage<Receipt> deliverUnlogged(Draft draft) {
        var channel = acquire(draft.channel());
        try {
            channel.deliverUnlogged(unlogged(draft));
        } finally {
            release(draft.channel());
        }
        return CompletableFuture.completedStage(new Receipt(draft.channel(), null, false, ChannelKind.VOLATILE));
    }

    /** Whether the messages of a channel are kept in the log. */
    boolean isKept(ChannelName channel) {
        return kinds.of(channel) != ChannelKind.VOLATILE;
    }

    /** The channel is there from before the append until after the delivery, so that it sees all messages in their order. */
    private CompletionStage<Receipt> append(Draft draft) {
        Channel channel;
        try {
            channel = acquire(draft.channel());
        } catch (LogUnavailableException e) {
            return CompletableFuture.failedStage(refused(e));
        }
        return log.append(draft)
                .thenApply(appended -> {
                    // A repeat, too: the first may be in the log without that its publisher was told.
                    channel.deliver(appended.message());
                    var position = appended.message().position();
                    return new Receipt(draft.channel(), position, appended.duplicate(), log.kind(draft.channel()));
                })
                .whenComplete((receipt, failure) -> release(draft.channel()));
    }

    private static RefusedException refused(LogUnavailableException e) {
        return new RefusedException(LOG_UNAVAILABLE, String.valueOf(e.getMessage()));
    }

    /**
     * Publishes the copy of a private message; tries again with a repeated one, as the log knows whether it is there. Without the
     * copy the message is published all the same.
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
                LOG.log(WARNING, () -> from.id() + " has no copy of a private message: " + failure.getMessage());
            }
            return receipt;
        });
    }

    /** The other end of an open connection. */
    public Optional<Member> peer(String connectionId) {
        return presence.find(connectionId);
    }

    private Envelope unlogged(Draft draft) {
        return new Envelope(
                draft.channel(), null, draft.event(), draft.from(), draft.to(), now(), draft.json(), draft.except());
    }

    /** A message to a single connection. */
    Envelope unlogged(String event, String json) {
        return new Envelope(null, null, event, null, null, now(), json);
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    /** The latest messages of a channel that are still kept, oldest first. */
    public List<Envelope> latest(ChannelName channel, int limit) {
        var messages =
                new ArrayList<>(log.before(channel, Long.MAX_VALUE, limit).messages());
        Collections.reverse(messages);
        return messages;
    }

    /**
     * Reads a page of a channel's past; a volatile channel has none.
     *
     * @param before only messages of lower offsets, at least 1
     * @param limit the most messages, 1 to {@link HistoryPage#MAX_LIMIT}
     * @param isExcepted whether messages that except these connections and channels are left out
     * @throws RefusedException with {@code LOG_UNAVAILABLE} when the log cannot be read
     */
    public HistoryPage history(ChannelName channel, long before, int limit, Predicate<Set<String>> isExcepted) {
        try {
            return isKept(channel)
                    ? HistoryPage.read(log, channel, before, limit, isExcepted)
                    : new HistoryPage(channel, List.of(), log.head(channel));
        } catch (RuntimeException e) {
            throw unreadable(e);
        }
    }

    private RefusedException unreadable(RuntimeException cause) {
        warnOfUnreadableLog(cause);
        return new RefusedException(LOG_UNAVAILABLE, "the log cannot be read now; try again");
    }

    /**
     * All private messages up to one are seen on a person's device.
     *
     * @param epoch {@code null} for the channel's as it is
     * @return that one; completes after the commit, exceptionally with {@link RefusedException}, or with {@link
     *     UnknownDeviceException} when the device is not known any more
     * @throws NoSuchMessageException when there is no such message
     * @throws RefusedException with {@code LOG_UNAVAILABLE} when the log cannot be read
     */
    CompletionStage<Position> seen(ChannelName own, DeviceName device, long offset, @Nullable String epoch) {
        Position head;
        try {
            head = log.head(own);
        } catch (RuntimeException e) {
            throw unreadable(e);
        }
        if (offset > head.offset() || (epoch != null && !epoch.equals(head.epoch()))) {
            throw new NoSuchMessageException("there is no such message in your private channel");
        }
        var seen = new Position(head.epoch(), offset);
        return devices.seen(own, device, seen).thenApply(isKnown -> {
            if (!isKnown) {
                throw new UnknownDeviceException("this device was forgotten for others; connect anew");
            }
            return seen;
        });
    }

    /** One line in a while, however many ask. */
    private void warnOfUnreadableLog(RuntimeException cause) {
        var now = System.nanoTime();
        var last = warnedAt.get();
        if (now - last >= WARNING_PAUSE.toNanos() && warnedAt.compareAndSet(last, now)) {
            LOG.log(ERROR, "the log cannot be read: who asks for a channel's past is refused", cause);
        }
    }

    /** Who is there. */
    public Presence presence() {
        return presence;
    }

    /**
     * Sends a message to itself, by the road that all messages take but past presence, and waits for it: for a health check.
     *
     * @throws TimeoutException when it does not arrive in time
     * @throws ExecutionException when it cannot arrive, with the reason as its cause
     */
    public void roundTrip(Duration patience) throws InterruptedException, ExecutionException, TimeoutException {
        var traveller = new RoundTrip();
        var subscription = subscribe(traveller, except -> false, RoundTrip.CHANNEL, (Position) null);
        try {
            subscription.start(started -> true);
            append(traveller.draft())
                    .thenCompose(receipt -> traveller.arrival())
                    .toCompletableFuture()
                    .get(patience.toNanos(), NANOSECONDS);
        } finally {
            unsubscribe(subscription);
        }
    }

    /**
     * Does nothing if clients can be served.
     *
     * @throws RefusedException when not, with the reason
     * @throws LogUnavailableException when it is the log
     */
    public void requireReady() {
        log.head(ChannelName.NEWS);
        requireObserversKeepUp();
    }

    HubLimits limits() {
        return limits;
    }

    Account newAccount() {
        return new Account(observers);
    }

    private Channel acquire(ChannelName name) {
        var shared = channels.compute(
                name,
                (n, there) -> there == null
                        ? new Shared(new Channel(n, log, pages, observers), 1)
                        : new Shared(there.channel(), there.users() + 1));
        try {
            shared.channel().open();
            return shared.channel();
        } catch (RuntimeException e) {
            release(name);
            throw e;
        }
    }

    private void release(ChannelName name) {
        channels.computeIfPresent(
                name, (n, there) -> there.users() == 1 ? null : new Shared(there.channel(), there.users() - 1));
    }

    /**
     * A subscription that is not started. The channel is in the map before the log is read, so that no message falls between.
     *
     * @throws RefusedException with {@code LOG_UNAVAILABLE} when the log cannot be read
     */
    Subscription subscribe(
            Subscriber subscriber, Predicate<Set<String>> isExcepted, ChannelName name, @Nullable Position since) {
        return subscribe(subscriber, isExcepted, name, () -> {
            var start = start(name, since);
            return new Begin(start.recovered() && since != null ? since : start.head(), start);
        });
    }

    /** As above, in a person's private channel: from what has been seen on a device. */
    Subscription subscribe(
            Subscriber subscriber, Predicate<Set<String>> isExcepted, ChannelName own, DeviceName device) {
        return isKept(own)
                ? subscribe(subscriber, isExcepted, own, () -> begin(own, device))
                : subscribe(subscriber, isExcepted, own, (Position) null);
    }

    private record Begin(Position place, Subscription.Start start) {}

    private Begin begin(ChannelName own, DeviceName device) {
        var seen = devices.begin(own, device, log.head(own).epoch());
        var start = start(own, seen);
        var place = start.recovered() ? seen : earliest(own, start.head());
        return new Begin(place, new Subscription.Start(start.recovered(), start.reason(), start.head(), place));
    }

    /** The place furthest back after which all is still kept, and may be sent again: looked for by halves. */
    private Position earliest(ChannelName channel, Position head) {
        var low = Math.max(0, head.offset() - limits.replayedMessages());
        var high = head.offset();
        while (low < high) {
            var middle = low + (high - low) / 2;
            if (log.since(channel, new Position(head.epoch(), middle), 1) instanceof Replay.Complete) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return new Position(head.epoch(), high);
    }

    private Subscription subscribe(
            Subscriber subscriber, Predicate<Set<String>> isExcepted, ChannelName name, Supplier<Begin> beginning) {
        Channel channel;
        try {
            channel = acquire(name);
        } catch (LogUnavailableException e) {
            throw refused(e);
        }
        try {
            var begin = beginning.get();
            return new Subscription(channel, subscriber, begin.place(), begin.start(), isExcepted);
        } catch (RuntimeException e) {
            release(name);
            throw e instanceof LogUnavailableException unavailable ? refused(unavailable) : e;
        }
    }

    private Subscription.Start start(ChannelName channel, @Nullable Position since) {
        if (since == null) {
            return new Subscription.Start(false, null, log.head(channel));
        }
        if (!isKept(channel)) {
            return new Subscription.Start(false, Replay.Reason.TRIMMED, log.head(channel));
        }
        var replay = log.since(channel, since, 1);
        var head = replay.head();
        if (replay instanceof Replay.Gap gap) {
            return new Subscription.Start(false, gap.reason(), head);
        }
        if (head.offset() - since.offset() > limits.replayedMessages()) {
            return new Subscription.Start(false, Replay.Reason.LIMIT, head);
        }
        return new Subscription.Start(true, null, head);
    }

    void unsubscribe(Subscription subscription) {
        subscription.end();
        release(subscription.channel());
    }
}
