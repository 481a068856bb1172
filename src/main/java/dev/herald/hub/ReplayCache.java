package dev.herald.hub;

import dev.herald.api.ChannelName;
import dev.herald.api.Position;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The messages that were read from the log a short while ago for subscriptions that catch up: thousands that come back together
 * read each once, and each is written once for all of them. Bounded in bytes over all channels; what is not here is in the log. Any
 * thread may call; the lock is held for the look-up only.
 */
final class ReplayCache {

    private final long maxBytes;

    // Guarded by this object's monitor.
    private final Map<ChannelName, Deque<Run>> byChannel = new HashMap<>();
    /** The oldest first. */
    private final Deque<Run> all = new ArrayDeque<>();

    private long bytes;

    /** Messages of one channel, at least one, without a gap between them. */
    private record Run(ChannelName channel, String epoch, long first, List<Delivery> deliveries) {

        boolean hasNext(Position cursor) {
            return epoch.equals(cursor.epoch())
                    && cursor.offset() >= first - 1
                    && cursor.offset() < first - 1 + deliveries.size();
        }

        long bytes() {
            return deliveries.stream().mapToLong(Delivery::size).sum();
        }
    }

    /** @param maxBytes of all runs, before they are written in any dialect */
    ReplayCache(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Some messages that come next after the cursor, at least one. */
    synchronized Optional<List<Delivery>> after(ChannelName channel, Position cursor) {
        for (var run : byChannel.getOrDefault(channel, new ArrayDeque<>(0))) {
            if (run.hasNext(cursor)) {
                var skipped = (int) (cursor.offset() - (run.first() - 1));
                return Optional.of(
                        run.deliveries().subList(skipped, run.deliveries().size()));
            }
        }
        return Optional.empty();
    }

    /** Keeps what was read, and forgets the oldest beyond the bound. */
    synchronized void add(ChannelName channel, List<Delivery> deliveries) {
        if (deliveries.isEmpty()) {
            return;
        }
        var position = Channel.positionOf(deliveries.get(0).message());
        var run = new Run(channel, position.epoch(), position.offset(), deliveries);
        byChannel.computeIfAbsent(channel, name -> new ArrayDeque<>(2)).addFirst(run);
        all.addLast(run);
        bytes += run.bytes();
        while (bytes > maxBytes) {
            forget(all.removeFirst());
        }
    }

    private void forget(Run run) {
        bytes -= run.bytes();
        byChannel.computeIfPresent(run.channel(), (channel, runs) -> {
            runs.remove(run);
            return runs.isEmpty() ? null : runs;
        });
    }
}
