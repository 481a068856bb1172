package dev.herald.hub;

import dev.herald.api.ChannelName;
import dev.herald.api.Connection;
import dev.herald.api.Disconnected;
import dev.herald.api.HeraldEvent;
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
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A connection's membership of the hub, from {@link Hub#connect} to {@link #disconnect(String)}. Thread-safe. After the end all
 * methods do nothing.
 */
public final class Member implements Peer, Predicate<Set<String>> {

    private final Hub hub;
    private final Subscriber subscriber;
    private final Account account;
    private final ChannelName privateChannel;

    /** The channels that it is in, for those who must not wait for the lock. */
    private volatile Set<ChannelName> channels = Set.of();

    // Guarded by this object's monitor. Observers are told under it, too, which only queues. It is taken before the
    // locks of
    // channels and subscriptions, never under them.
    /** In the order of joining. */
    private final Map<ChannelName, Subscription> subscriptions = new LinkedHashMap<>(4);

    private boolean gone;

    Member(Hub hub, Subscriber subscriber) {
        this.hub = hub;
        this.subscriber = subscriber;
        this.account = hub.newAccount();
        this.privateChannel =
                ChannelName.ofUser(subscriber.connection().person().id());
    }

    @Override
    public Connection connection() {
        return subscriber.connection();
    }

    Account account() {
        return account;
    }

    /** The channel of the connection's person, which only that person's connections are in. */
    public ChannelName privateChannel() {
        return privateChannel;
    }

    /** The channels that every connection of this one's namespace is in. */
    private Set<ChannelName> own() {
        return connection().isMain()
                ? Set.of(ChannelName.NEWS, privateChannel)
                : Set.of(ChannelName.ofNamespace(connection().namespace()));
    }

    private boolean isOwn(ChannelName channel) {
        return own().contains(channel);
    }

    synchronized void joinOwn() {
        own().forEach(channel -> subscribe(channel, null));
    }

    /**
     * Goes on in these channels, and in those of its own that are not among them begins.
     *
     * @throws GapException when a message is missing
     */
    synchronized void resume(Map<ChannelName, Position> places) {
        own().stream().filter(channel -> !places.containsKey(channel)).forEach(channel -> subscribe(channel, null));
        places.forEach((channel, since) -> {
            var isKept = hub.isKept(channel);
            var outcome = subscribe(channel, isKept ? since : null).outcome();
            if (isKept && !outcome.recovered()) {
                throw new GapException(channel, outcome.reason());
            }
        });
    }

    /** The channels that it is in, in the order of joining, each with the place before the first message that it got there. */
    public synchronized Map<ChannelName, Position> places() {
        var places = new LinkedHashMap<ChannelName, Position>();
        subscriptions.forEach((channel, subscription) -> places.put(channel, subscription.begin()));
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
    public synchronized Optional<Subscription> join(ChannelName channel, @Nullable Position since) {
        if (gone) {
            return Optional.empty();
        }
        hub.requireObserversKeepUp();
        var isNew = !subscriptions.containsKey(channel);
        if (isNew && !isOwn(channel)) {
            requireRoom();
        }
        var subscription = subscribe(channel, since);
        if (isNew) {
            tellUnlessOwn(channel, new Joined(connection(), channel));
        }
        return Optional.of(subscription);
    }

    private Subscription subscribe(ChannelName channel, @Nullable Position since) {
        var device = subscriber.device();
        var subscription = since == null && device.isPresent() && channel.equals(privateChannel)
                ? hub.subscribe(subscriber, this, channel, device.get())
                : hub.subscribe(subscriber, this, channel, since);
        var earlier = subscriptions.put(channel, subscription);
        if (earlier == null) {
            channels = Set.copyOf(subscriptions.keySet());
            hub.presence().join(channel, connection());
        } else {
            hub.unsubscribe(earlier);
        }
        return subscription;
    }

    @Override
    public boolean join(ChannelName channel) {
        Optional<Subscription> joined;
        synchronized (this) {
            joined = subscriptions.containsKey(channel) ? Optional.empty() : join(channel, null);
        }
        joined.ifPresent(subscriber::wasPutIn);
        return joined.isPresent();
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
        return hub.seen(privateChannel, device, offset, epoch);
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

    /** What a bean sends reaches the same clients as what a client sends, and so has to be as harmless. */
    private void requireSendable(String event, String json) {
        EventName.requireFree(event, subscriber.isReserved(event));
        JsonGuard.requireHarmless(json);
    }

    @Override
    public void disconnect() {
        subscriber.end(false);
    }

    @Override
    public void close() {
        subscriber.end(true);
    }

    private void tellUnlessOwn(ChannelName channel, HeraldEvent event) {
        if (!isOwn(channel)) {
            account.tell(event);
        }
    }

    private void requireRoom() {
        var others = subscriptions.keySet().stream().filter(c -> !isOwn(c)).count();
        if (others >= hub.limits().channelsPerConnection()) {
            throw new LimitException("this connection has joined as many channels as it may: "
                    + hub.limits().channelsPerConnection());
        }
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

    /** Takes a subscription back that was not to be, unless another one has come in its place. */
    public synchronized void takeBack(Subscription subscription) {
        if (subscriptions.get(subscription.channel()) == subscription) {
            end(subscription.channel());
        }
    }

    private synchronized boolean end(ChannelName channel) {
        var subscription = subscriptions.remove(channel);
        if (subscription == null) {
            return false;
        }
        channels = Set.copyOf(subscriptions.keySet());
        hub.unsubscribe(subscription);
        subscriber.left(channel);
        hub.presence().leave(channel, connection());
        tellUnlessOwn(channel, new Left(connection(), channel));
        return true;
    }

    /** The subscriber's queue has room again after a refused offer: goes on with what it is still to get. */
    public void resume() {
        subscriptions().forEach(Subscription::resume);
    }

    private synchronized List<Subscription> subscriptions() {
        return List.copyOf(subscriptions.values());
    }

    /**
     * Ends the membership: the connection is in no channel and no longer present. The first call counts.
     *
     * @param reason a few words for people
     * @return its {@link #places()} at the end; none if it had ended before
     */
    public synchronized Map<ChannelName, Position> disconnect(String reason) {
        if (gone) {
            return Map.of();
        }
        var places = places();
        account.tell(new Disconnected(connection(), reason, leaveAll()));
        return places;
    }

    /** Ends the membership without a word; returns whether the person has no other connection. */
    synchronized boolean leaveAll() {
        gone = true;
        for (var subscription : subscriptions.values()) {
            hub.unsubscribe(subscription);
            hub.presence().leave(subscription.channel(), connection());
        }
        subscriptions.clear();
        channels = Set.of();
        return hub.presence().disconnect(connection());
    }
}
