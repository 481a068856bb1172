package dev.herald.hub;

import dev.herald.api.ChannelName;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * The channels that somebody is subscribed to or publishes to, each with the number of its users. Any thread may call, holding no
 * lock, as a channel that is opened reads the log.
 */
final class Channels {

    /** What is kept of all channels for those who catch up together. */
    private static final long CACHE_BYTES = 16L * 1024 * 1024;

    private final Log log;
    private final Observers observers;
    private final Neighbours neighbours;
    private final HubFigures figures = new HubFigures(() -> (int) subscribed().stream()
            .filter(name -> !name.equals(RoundTrip.CHANNEL))
            .count());

    /** Of what nobody is to count: health checks. */
    private final HubFigures uncounted = new HubFigures(() -> 0);

    private final ReplayCache cache = new ReplayCache(CACHE_BYTES);
    private final ConcurrentMap<ChannelName, Shared> channels = new ConcurrentHashMap<>();

    /** A channel, how many use it, and how many of these are subscribed. Counted inside the map's atomic operations only. */
    private record Shared(Channel channel, int users, int subscriptions) {

        Shared plus(int moreUsers, int moreSubscriptions) {
            return new Shared(channel, users + moreUsers, subscriptions + moreSubscriptions);
        }
    }

    /** @param neighbours hear which channels somebody is subscribed to */
    Channels(Log log, Observers observers, Neighbours neighbours) {
        this.log = log;
        this.observers = observers;
        this.neighbours = neighbours;
    }

    /**
     * The channel, which stays until it is released as often as it was acquired. Until then it sees all messages that are
     * appended.
     *
     * @throws LogUnavailableException when the log cannot be read
     */
    Channel acquire(ChannelName name) {
        return opened(name, 0);
    }

    void release(ChannelName name) {
        channels.computeIfPresent(name, (n, there) -> there.users() == 1 ? null : there.plus(-1, 0));
    }

    /** As {@link #acquire}, for a subscription: the neighbours' messages are wanted, too, until it is {@linkplain #unsubscribe given up}. */
    Channel subscribe(ChannelName name) {
        return opened(name, 1);
    }

    void unsubscribe(ChannelName name) {
        channels.computeIfPresent(name, (n, there) -> {
            if (there.subscriptions() == 1) {
                neighbours.ignore(n);
            }
            return there.users() == 1 ? null : there.plus(-1, -1);
        });
    }

    private Channel opened(ChannelName name, int subscriptions) {
        var shared = channels.compute(name, (n, there) -> {
            if (subscriptions > 0 && (there == null || there.subscriptions() == 0)) {
                neighbours.listen(n);
            }
            return there == null ? new Shared(newChannel(n), 1, subscriptions) : there.plus(1, subscriptions);
        });
        try {
            shared.channel().open();
            return shared.channel();
        } catch (RuntimeException | Error e) {
            if (subscriptions > 0) {
                unsubscribe(name);
            } else {
                release(name);
            }
            throw e;
        }
    }

    private Channel newChannel(ChannelName name) {
        return new Channel(name, log, cache, observers, name.equals(RoundTrip.CHANNEL) ? uncounted : figures);
    }

    /** What is done with all channels. */
    HubFigures figures() {
        return figures;
    }

    /** A channel that somebody is subscribed to. */
    Optional<Channel> subscribed(ChannelName name) {
        return Optional.ofNullable(channels.get(name))
                .filter(shared -> shared.subscriptions() > 0)
                .map(Shared::channel);
    }

    /** All channels that somebody is subscribed to. */
    List<ChannelName> subscribed() {
        return channels.entrySet().stream()
                .filter(entry -> entry.getValue().subscriptions() > 0)
                .map(Map.Entry::getKey)
                .toList();
    }
}
