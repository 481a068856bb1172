package dev.herald.hub;

import dev.herald.api.ChannelName;
import dev.herald.api.Connection;
import dev.herald.api.Disconnected;
import dev.herald.api.HeraldEvent;
import dev.herald.api.Joined;
import dev.herald.api.Left;
import dev.herald.api.Position;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A connection's membership of the hub, from {@link Hub#connect} to {@link #disconnect}. Thread-safe. After the end all methods
 * do nothing.
 */
public final class Member {

    private final Hub hub;
    private final Subscriber subscriber;
    private final ChannelName privateChannel;

    // Guarded by this object's monitor. Observers are told under it, too, which only queues. It is taken before the
    // locks of
    // channels and subscriptions, never under them.
    private final Map<ChannelName, Subscription> subscriptions = new HashMap<>();
    private boolean gone;

    Member(Hub hub, Subscriber subscriber) {
        this.hub = hub;
        this.subscriber = subscriber;
        this.privateChannel =
                ChannelName.ofUser(subscriber.connection().person().id());
    }

    /** Whose membership this is. */
    public Connection connection() {
        return subscriber.connection();
    }

    /** The channel of the connection's person, which only that person's connections are in. */
    public ChannelName privateChannel() {
        return privateChannel;
    }

    /** Whether this is one of the two channels that every connection is in. */
    private boolean isOwn(ChannelName channel) {
        return channel.equals(ChannelName.NEWS) || channel.equals(privateChannel);
    }

    void joinOwn() {
        join(ChannelName.NEWS, null);
        join(privateChannel, null);
    }

    /** The subscriptions that have not been started yet. */
    public List<Subscription> waiting() {
        return subscriptions().stream().filter(one -> !one.isStarted()).toList();
    }

    /**
     * Subscribes to a channel. Who is in it already starts over: the earlier subscription ends, and nothing more of it is queued.
     *
     * @param since the last message the client has; {@code null} to begin at the head
     * @return not started yet: first tell the client how it begins; empty when the membership has ended
     * @throws LimitException when the connection is in as many channels as it may
     * @throws dev.herald.api.RefusedException with {@code OVERLOADED} when the observers are too far behind
     */
    public synchronized Optional<Subscription> join(ChannelName channel, @Nullable Position since) {
        if (gone) {
            return Optional.empty();
        }
        hub.requireObserversKeepUp();
        var earlier = subscriptions.get(channel);
        if (earlier == null && !isOwn(channel)) {
            requireRoom();
        }
        var subscription = hub.subscribe(subscriber, channel, since);
        subscriptions.put(channel, subscription);
        if (earlier != null) {
            hub.unsubscribe(earlier);
        } else {
            hub.presence().join(channel, connection());
            tellUnlessOwn(channel, new Joined(connection(), channel));
        }
        return Optional.of(subscription);
    }

    private void tellUnlessOwn(ChannelName channel, HeraldEvent event) {
        if (!isOwn(channel)) {
            hub.tell(event);
        }
    }

    private void requireRoom() {
        var others = subscriptions.keySet().stream().filter(c -> !isOwn(c)).count();
        if (others >= hub.limits().channelsPerConnection()) {
            throw new LimitException("this connection has joined as many channels as it may: "
                    + hub.limits().channelsPerConnection());
        }
    }

    /**
     * Ends the subscription to a channel; nothing more of it is queued.
     *
     * @return false when there was none
     */
    public synchronized boolean leave(ChannelName channel) {
        var subscription = subscriptions.remove(channel);
        if (subscription == null) {
            return false;
        }
        hub.unsubscribe(subscription);
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
     */
    public synchronized void disconnect(String reason) {
        if (!gone) {
            hub.tell(new Disconnected(connection(), reason, leaveAll()));
        }
    }

    /** Ends the membership without a word; returns whether the person has no other connection. */
    synchronized boolean leaveAll() {
        gone = true;
        for (var subscription : subscriptions.values()) {
            hub.unsubscribe(subscription);
            hub.presence().leave(subscription.channel(), connection());
        }
        subscriptions.clear();
        return hub.presence().disconnect(connection());
    }
}
