package dev.herald.hub;

import static dev.herald.api.RefusedException.Reason.OVERLOADED;

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
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Where messages go through: from a publisher into the log of their channel, and from there, in the log's order, to everyone who
 * is subscribed.
 *
 * <p>Any thread may call, holding no lock. Connecting and reading the past may wait for the log; nothing waits for a recipient. The
 * hub itself has no lock: {@link Member}, {@link Channel}, {@link Subscription} and {@link Presence} each have their own, taken in
 * this order.
 */
public final class Hub {

    /** How the ids of connections look whose clients may come back. */
    private static final Pattern CONNECTION_ID =
            Pattern.compile("[A-Za-z0-9_-]{" + Presence.CONNECTION_ID_LENGTH + "}");

    private final Log log;
    private final ChannelKinds kinds;
    private final Observers observers;
    private final ObjectJson objects;
    private final HubLimits limits;
    private final Clock clock;
    private final Presence presence;
    private final HubFigures figures;
    private final Publisher publisher;
    private final Subscriptions subscriptions;
    private final Neighbours neighbours;
    private final RemoteMessages remote;
    private final RemotePeers peers;
    private final Archive archive;

    /** Likewise, but without a memory of devices. */
    public Hub(Log log, ChannelKinds kinds, Observers observers, HubLimits limits, Clock clock, Executor executor) {
        this(log, kinds, Devices.NONE, observers, limits, clock, executor);
    }

    /** Likewise, but without objects of an application. */
    public Hub(
            Log log,
            ChannelKinds kinds,
            Devices devices,
            Observers observers,
            HubLimits limits,
            Clock clock,
            Executor executor) {
        this(log, kinds, devices, observers, ObjectJson.NONE, limits, clock, Neighbours.NONE, executor);
    }

    /**
     * A hub without connections, in front of a log that may already hold messages.
     *
     * @param neighbours the other nodes, which are told what is published here
     * @param executor lends a few threads that deliver what the log has committed, and a few that read the log for those who catch
     *     up
     */
    public Hub(
            Log log,
            ChannelKinds kinds,
            Devices devices,
            Observers observers,
            ObjectJson objects,
            HubLimits limits,
            Clock clock,
            Neighbours neighbours,
            Executor executor) {
        this.log = log;
        this.kinds = kinds;
        this.observers = observers;
        this.objects = objects;
        this.limits = limits;
        this.clock = clock;
        this.neighbours = neighbours;
        this.presence = new Presence(limits.connections(), neighbours);
        var channels = new Channels(log, observers, neighbours);
        this.figures = channels.figures();
        this.publisher = new Publisher(log, channels, neighbours, executor);
        this.remote = new RemoteMessages(log, channels, publisher, presence, executor);
        this.peers = new RemotePeers(presence, neighbours);
        this.archive = new Archive(log, kinds, devices);
        var beginnings = new Beginnings(log, kinds, devices, limits.replayedMessages());
        this.subscriptions = new Subscriptions(channels, beginnings, executor);
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
        return admit(subscriber, false, Member::joinOwn);
    }

    /**
     * Admits a connection that goes on where an earlier one was: in the channels that the earlier one was in, each from the last
     * message that its client has. All subscriptions are the caller's to start. Otherwise as {@link #connect}.
     *
     * @param places the last message in each channel; the order is theirs
     * @throws GapException when a message is missing
     */
    public Member resume(Subscriber subscriber, Map<ChannelName, Position> places) {
        return admit(subscriber, true, member -> member.resume(places));
    }

    /** Admits a connection that is in no channel; it joins those that it wants. Otherwise as {@link #connect}. */
    public Member connectToNone(Subscriber subscriber) {
        return admit(subscriber, false, member -> {});
    }

    private Member admit(Subscriber subscriber, boolean recovered, Consumer<Member> begin) {
        requireObserversKeepUp();
        var member = new Member(this, subscriber);
        var connected = presence.connect(member, recovered);
        try {
            begin.accept(member);
        } catch (RuntimeException | Error e) {
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
        var received = sender.events().expect();
        CompletionStage<Receipt> published;
        try {
            published = publish(draft);
        } catch (RuntimeException | Error e) {
            sender.events().settle(received, Optional.empty());
            throw e;
        }
        return published.whenComplete((receipt, failure) -> sender.events()
                .settle(
                        received,
                        receipt == null || receipt.duplicate()
                                ? Optional.empty()
                                : Optional.of(received(sender, draft))));
    }

    /**
     * Takes a message from a client that has no connection: publishes it. The observers of {@link Received} are not told, because
     * there is nobody whom they could answer.
     *
     * @return as for {@link #publish}; refused with {@code OVERLOADED} when the observers are too far behind
     */
    public CompletionStage<Receipt> receive(Draft draft) {
        try {
            requireObserversKeepUp();
        } catch (RefusedException e) {
            return CompletableFuture.failedStage(e);
        }
        return publish(draft);
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
        sender.events().tell(received);
        return true;
    }

    /**
     * The channels of a room, or of a connection, which is put into its own room now. A name that could be the id of a client that
     * is away and may come back stands for both. Reads the log: called with no lock held.
     *
     * @throws IllegalArgumentException when there can be no such room
     */
    public List<ChannelName> channelsOf(String namespace, String name) {
        var channel = ChannelName.ofRoom(namespace, name);
        var member = peer(name).filter(one -> one.connection().namespace().equals(namespace));
        if (member.isPresent()) {
            var own = member.get().room();
            member.get().join(own);
            return presence.people(channel).isEmpty() ? List.of(own) : List.of(channel, own);
        }
        return CONNECTION_ID.matcher(name).matches()
                ? List.of(channel, ChannelName.ofConnection(namespace, name))
                : List.of(channel);
    }

    /** The place before a channel's first message, if there is one. */
    Optional<Position> beforeFirst(ChannelName channel) {
        var head = log.head(channel);
        return head.offset() == 0 ? Optional.empty() : Optional.of(new Position(head.epoch(), 0));
    }

    /**
     * Whether a channel has never had a message. Reads the log.
     *
     * @throws RefusedException with {@code LOG_UNAVAILABLE} when that cannot be read
     */
    public boolean isNew(ChannelName channel) {
        try {
            return log.head(channel).offset() == 0;
        } catch (LogUnavailableException e) {
            throw new RefusedException(RefusedException.Reason.LOG_UNAVAILABLE, String.valueOf(e.getMessage()));
        }
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
        return publisher.publish(draft);
    }

    /** Delivers a message to those who are there, as in a volatile channel: past the log, and without an offset. */
    public CompletionStage<Receipt> deliverUnlogged(Draft draft) {
        publisher.deliverUnlogged(draft.channel(), unlogged(draft));
        return CompletableFuture.completedStage(new Receipt(draft.channel(), null, false, ChannelKind.VOLATILE));
    }

    /** Delivers a message to those who are there on this node, past the log: other nodes tell theirs by themselves. */
    public void deliverHere(ChannelName channel, String event, String json) {
        remote.heard(unlogged(new Draft(channel, event, null, null, json, null)));
    }

    /** For the way down: waits until what the log has committed is delivered, and its publishers told; false if that takes longer. */
    public boolean awaitDelivered(Duration atMost) {
        return publisher.awaitDelivered(atMost);
    }

    /** Whether the messages of a channel are kept in the log. */
    boolean isKept(ChannelName channel) {
        return kinds.isKept(channel);
    }

    /** The other end of an open connection. */
    public Optional<Member> peer(String connectionId) {
        return presence.find(connectionId);
    }

    private Envelope unlogged(Draft draft) {
        var now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        return new Envelope(
                draft.channel(), null, draft.event(), draft.from(), draft.to(), now, draft.json(), draft.except());
    }

    /** A message to a single connection. */
    Envelope unlogged(String event, String json) {
        return new Envelope(null, null, event, null, null, clock.instant().truncatedTo(ChronoUnit.MILLIS), json);
    }

    /** The latest messages of a channel that are still kept, oldest first. */
    public List<Envelope> latest(ChannelName channel, int limit) {
        return archive.latest(channel, limit);
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
        return archive.page(channel, before, limit, isExcepted);
    }

    /** The other nodes. */
    public Neighbours neighbours() {
        return neighbours;
    }

    /** Takes in what other nodes publish. */
    public RemoteMessages remote() {
        return remote;
    }

    /** The connections of all nodes. */
    public RemotePeers peers() {
        return peers;
    }

    /** What it has done. */
    public HubFigures figures() {
        return figures;
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
        RoundTrip.travel(subscriptions, publisher, patience);
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

    /** How the application's objects are written and read. */
    ObjectJson objects() {
        return objects;
    }

    HubLimits limits() {
        return limits;
    }

    EventOrder newEventOrder() {
        return new EventOrder(observers);
    }

    Archive archive() {
        return archive;
    }

    /** Opens and closes subscriptions. */
    Subscriptions subscriptions() {
        return subscriptions;
    }
}
