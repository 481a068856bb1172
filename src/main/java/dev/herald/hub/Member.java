package dev.herald.hub;

import dev.herald.api.ChannelName;
import dev.herald.api.Connection;
import dev.herald.api.Disconnected;
import dev.herald.api.Joined;
import dev.herald.api.Left;
import dev.herald.api.Peer;
import dev.herald.api.Position;
import dev.herald.api.RefusedException;
import dev.herald.json.JsonGuard;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A connection's membership of the hub, from {@link Hub#connect} to {@link #disconnect(String)}. After the end all methods do
 * nothing.
 *
 * <p>Any thread may call. Joining and {@link #history} may wait for the log, so those who call them hold no lock; nothing else
 * waits. This object's monitor is taken before those of channels, subscriptions and presence, never under them; under it nobody is
 * called but the observers, who are only queued, and {@link Subscriber#left}.
 */
public final class Member implements Peer, Predicate<Set<String>> {

    private final Hub hub;
    private final Subscriber subscriber;
    private final EventOrder events;
    private final OwnChannels own;
    private final AtomicReference<@Nullable Object> companion = new AtomicReference<>();

    /** The channels that it is in, for those who must not wait for the lock. */
    private volatile Set<ChannelName> channels = Set.of();

    // Guarded by this object's monitor.
    /** In the order of joining. */
    private final Map<ChannelName, Place> subscriptions = new LinkedHashMap<>(4);

    /** How many joins have begun. */
    private long joins;

    private boolean gone;

    /**
     * @param number of the join that it comes from: the later join wins, whichever reads the log faster; 0 when the application put
     *     the connection in, as each of the client's own joins wins over that: it may bring what the client has missed
     */
    private record Place(long number, Subscription subscription) {}

    Member(Hub hub, Subscriber subscriber) {
        this.hub = hub;
        this.subscriber = subscriber;
        this.events = hub.newEventOrder();
        this.own = OwnChannels.of(subscriber.connection());
    }

    @Override
    public Connection connection() {
        return subscriber.connection();
    }

    /** What those who serve the connection keep with it for as long as it lives: one thing, made by the first call. */
    public <T> T companion(Class<T> type, Function<Member, T> make) {
        var there = companion.get();
        return type.cast(there != null ? there : companion.updateAndGet(one -> one != null ? one : make.apply(this)));
    }

    EventOrder events() {
        return events;
    }

    /** The channel of the connection's person, which only that person's connections are in. */
    public ChannelName privateChannel() {
        return own.privateOne();
    }

    /** The room of this connection alone, which it is put into when something is sent there for the first time. */
    public ChannelName room() {
        return own.room();
    }

    /** Joins the channels of its own that it is not in yet. Reads the log: called with no lock held, as all that joins. */
    void joinOwn() {
        own.joined().stream()
                .filter(channel -> !channels.contains(channel))
                .forEach(channel -> subscribe(channel, null, true));
    }

    /** As {@link Resumption#goOn}. */
    void resume(Map<ChannelName, Position> places) {
        new Resumption(hub, this, own).goOn(places);
    }

    /** The channels that it is in, in the order of joining, each with the place before the first message that it got there. */
    public synchronized Map<ChannelName, Position> places() {
        var places = new LinkedHashMap<ChannelName, Position>();
        subscriptions.forEach(
                (channel, place) -> places.put(channel, place.subscription().begin()));
        return places;
    }

    /** The subscriptions that have not been started yet. */
    public List<Subscription> waiting() {
        return subscriptions().stream().filter(one -> !one.isStarted()).toList();
    }

    /**
     * Subscribes to a channel. Who is in it already starts over: the earlier subscription ends, and nothing more of it is queued.
     *
     * @param since the last message the client has; {@code null} to begin at the head, or in its private channel at what has been
     *     seen on its device
     * @return not started yet: first tell the client how it begins; empty when the membership has ended
     * @throws LimitException when the connection is in as many channels as it may
     * @throws dev.herald.api.RefusedException with {@code OVERLOADED} when the observers are too far behind, with {@code
     *     LOG_UNAVAILABLE} when the log cannot be read
     */
    public Optional<Subscription> join(ChannelName channel, @Nullable Position since) {
        return join(channel, since, true);
    }

    @Override
    public boolean join(ChannelName channel) {
        if (channels.contains(channel)) {
            return false;
        }
        var joined = join(channel, null, false);
        joined.ifPresent(subscriber::wasPutIn);
        return joined.isPresent();
    }

    private Optional<Subscription> join(ChannelName channel, @Nullable Position since, boolean startsOver) {
        if (!isOpen()) {
            return Optional.empty();
        }
        hub.requireObserversKeepUp();
        return subscribe(channel, since, startsOver);
    }

    /** Finds where the subscription begins with no lock held, and then puts it in its place; what comes between is caught up. */
    Optional<Subscription> subscribe(ChannelName channel, @Nullable Position since, boolean startsOver) {
        long number;
        synchronized (this) {
            requireRoomFor(channel);
            number = startsOver ? ++joins : 0;
        }
        var subscription = open(channel, since);
        var isInstalled = false;
        try {
            isInstalled = install(new Place(number, subscription), startsOver);
        } finally {
            if (!isInstalled) {
                hub.subscriptions().close(subscription);
            }
        }
        // Who was overtaken by a later join is in the channel all the same: its own subscription has ended.
        return isInstalled || (startsOver && channels.contains(channel)) ? Optional.of(subscription) : Optional.empty();
    }

    private Subscription open(ChannelName channel, @Nullable Position since) {
        var device = subscriber.device();
        return since == null && device.isPresent() && channel.equals(own.privateOne())
                ? hub.subscriptions().open(subscriber, this, channel, device.get())
                : hub.subscriptions().open(subscriber, this, channel, since);
    }

    /**
     * Puts a subscription in the place of an earlier one, which ends.
     *
     * @param startsOver whether it replaces another one
     * @return false when the membership has ended, or a later join has come first
     */
    private synchronized boolean install(Place place, boolean startsOver) {
        var channel = place.subscription().channel();
        var earlier = subscriptions.get(channel);
        if (gone || (earlier != null && (!startsOver || earlier.number() > place.number()))) {
            return false;
        }
        requireRoomFor(channel);
        subscriptions.put(channel, place);
        if (earlier == null) {
            channels = Set.copyOf(subscriptions.keySet());
            hub.presence().join(channel, connection());
            if (!own.contains(channel)) {
                events.tell(new Joined(connection(), channel));
            }
        } else {
            hub.subscriptions().close(earlier.subscription());
        }
        return true;
    }

    /**
     * Reads a page of a channel's past, without the messages that are not for this connection.
     *
     * @param before only messages of lower offsets, at least 1
     * @param limit the most messages, 1 to {@link HistoryPage#MAX_LIMIT}
     * @throws RefusedException with {@code LOG_UNAVAILABLE} when the log cannot be read
     */
    public HistoryPage history(ChannelName channel, long before, int limit) {
        return hub.history(channel, before, limit, this);
    }

    /**
     * Keeps that all messages of its private channel up to one are seen on its device.
     *
     * @param epoch {@code null} for the channel's as it is
     * @return up to which message; completes after the commit, exceptionally with {@link RefusedException} when it is not known to
     *     be kept, or with {@link UnknownDeviceException} when the device was forgotten for others
     * @throws UnknownDeviceException when it has not said which device it is
     * @throws NoSuchMessageException when there is no such message
     * @throws RefusedException with {@code LOG_UNAVAILABLE} when the log cannot be read
     */
    public CompletionStage<Position> seen(long offset, @Nullable String epoch) {
        var device = subscriber
                .device()
                .orElseThrow(() -> new UnknownDeviceException("this connection has not said which device it is"));
        return hub.archive().seen(own.privateOne(), device, offset, epoch);
    }

    /**
     * Ends a subscription because its client wants so; the subscriber is told only {@link Subscriber#left}.
     *
     * @return false when it is not in there
     */
    public boolean unsubscribe(ChannelName channel) {
        return end(channel);
    }

    @Override
    public Set<ChannelName> channels() {
        return channels;
    }

    /** Whether a message that excepts these connections and channels is not for this one. Called under the channels' locks. */
    @Override
    public boolean test(Set<String> except) {
        return except.contains(connection().id())
                || channels.stream().anyMatch(channel -> except.contains(channel.value()));
    }

    @Override
    public boolean send(String event, String json) {
        return send(event, json, subscriber::offer);
    }

    @Override
    public boolean sendIfIdle(String event, String json) {
        return send(event, json, subscriber::offerIfIdle);
    }

    private boolean send(String event, String json, Predicate<Delivery> offer) {
        requireSendable(event, json);
        var taken = offer.test(new Delivery(hub.unlogged(event, json)));
        subscriber.flush();
        return taken;
    }

    @Override
    public CompletionStage<String> request(String event, String json, Duration patience) {
        requireSendable(event, json);
        return subscriber.ask(event, json, patience);
    }

    @Override
    public <T> CompletionStage<T> ask(Duration patience, String event, Class<T> answer, @Nullable Object... arguments) {
        return hub.objects().ask(this, patience, event, answer, arguments);
    }

    /** What a bean sends reaches the same clients as what a client sends, and so has to be as harmless. */
    private void requireSendable(String event, String json) {
        EventName.requireFree(event, subscriber.isReserved(event));
        JsonGuard.requireHarmless(json);
    }

    @Override
    public void keep(String name, @Nullable String json) {
        connection().state().keep(name, json);
        subscriber.attributesChanged();
    }

    @Override
    public void disconnect() {
        subscriber.end(false);
    }

    @Override
    public void close() {
        subscriber.end(true);
    }

    private void requireRoomFor(ChannelName channel) {
        own.requireRoomFor(channel, subscriptions.keySet(), hub.limits().channelsPerConnection());
    }

    /** As {@link Subscriber#signOut}. */
    public void signOut(String code, String sentence) {
        subscriber.signOut(code, sentence);
    }

    /** How it is served now. */
    public Link link() {
        return subscriber.link();
    }

    /** Whether the membership has not ended. */
    public synchronized boolean isOpen() {
        return !gone;
    }

    /** Nothing more of the channel is queued once this has returned. */
    @Override
    public boolean leave(ChannelName channel) {
        var isLeft = end(channel);
        if (isLeft) {
            subscriber.wasTakenOut(channel);
        }
        return isLeft;
    }

    /** Ends a subscription that its client may not have (any more): nothing more is queued but the word that it has ended, and why. */
    public void expel(ChannelName channel, String code, String sentence) {
        if (end(channel)) {
            subscriber.wasExpelled(channel, code, sentence);
        }
    }

    /** As above, unless another subscription has come in the place of this one. */
    public void expel(Subscription subscription, String code, String sentence) {
        if (takeBack(subscription)) {
            subscriber.wasExpelled(subscription.channel(), code, sentence);
        }
    }

    /** As {@link Subscriber#mustComeBack}. */
    public void sendBack(String why) {
        subscriber.mustComeBack(why);
    }

    /** Takes a subscription back that was not to be, unless another one has come in its place; then returns false. */
    public synchronized boolean takeBack(Subscription subscription) {
        var place = subscriptions.get(subscription.channel());
        return place != null && place.subscription() == subscription && end(subscription.channel());
    }

    private synchronized boolean end(ChannelName channel) {
        var place = subscriptions.remove(channel);
        if (place == null) {
            return false;
        }
        channels = Set.copyOf(subscriptions.keySet());
        hub.subscriptions().close(place.subscription());
        subscriber.left(channel);
        hub.presence().leave(channel, connection());
        if (!own.contains(channel)) {
            events.tell(new Left(connection(), channel));
        }
        return true;
    }

    /** The subscriber's queue has room again after a refused offer: goes on with what it is still to get. */
    public void resume() {
        subscriptions().forEach(Subscription::resume);
    }

    private synchronized List<Subscription> subscriptions() {
        return subscriptions.values().stream().map(Place::subscription).toList();
    }

    /** Ends the membership, with the reason in a few words; returns its {@link #places()} at the end. The first call counts. */
    public synchronized Map<ChannelName, Position> disconnect(String reason) {
        if (gone) {
            return Map.of();
        }
        hub.figures().ended(reason);
        var places = places();
        events.tell(new Disconnected(connection(), reason, channels, leaveAll()));
        return places;
    }

    /** Ends the membership without a word; returns whether the person has no other connection. */
    synchronized boolean leaveAll() {
        gone = true;
        subscriptions.forEach((channel, place) -> {
            hub.subscriptions().close(place.subscription());
            hub.presence().leave(channel, connection());
        });
        subscriptions.clear();
        channels = Set.of();
        return hub.presence().disconnect(connection());
    }
}
