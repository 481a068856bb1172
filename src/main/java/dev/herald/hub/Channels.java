package dev.herald.hub;

import dev.herald.api.ChannelName;
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
    private final ReplayCache cache = new ReplayCache(CACHE_BYTES);
    private final ConcurrentMap<ChannelName, Shared> channels = new ConcurrentHashMap<>();

    /** A channel and how many use it. Counted inside the map's atomic operations only. */
    private record Shared(Channel channel, int users) {}

    Channels(Log log, Observers observers) {
        this.log = log;
        this.observers = observers;
    }

    /**
     * The channel, which stays until it is released as often as it was acquired. Until then it sees all messages that are
     * appended.
     *
     * @throws LogUnavailableException when the log cannot be read
     */
    Channel acquire(ChannelName name) {
        var shared = channels.compute(
                name,
                (n, there) -> there == null
                        ? new Shared(new Channel(n, log, cache, observers), 1)
                        : new Shared(there.channel(), there.users() + 1));
        try {
            shared.channel().open();
            return shared.channel();
        } catch (RuntimeException | Error e) {
            release(name);
            throw e;
        }
    }

    void release(ChannelName name) {
        channels.computeIfPresent(
                name, (n, there) -> there.users() == 1 ? null : new Shared(there.channel(), there.users() - 1));
    }
}
