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
 * What was read from the log of late for those who catch up: thousands who come back together read it once, and it is written once
 * for all of them. Bounded in all; what is not here is in the log. Thread-safe.
 */
final class Pages {

    private final long maxBytes;

    // Guarded by this object's monitor.
    private final Map<ChannelName, Deque<Page>> byChannel = new HashMap<>();
    /** The oldest first. */
    private final Deque<Page> all = new ArrayDeque<>();

    private long bytes;

    /** Messages of one channel, at least one, without a gap between them. */
    private record Page(ChannelName channel, String epoch, long first, List<Delivery> deliveries) {

        boolean hasNext(Position cursor) {
            return epoch.equals(cursor.epoch())
                    && cursor.offset() >= first - 1
                    && cursor.offset() < first - 1 + deliveries.size();
        }

        long bytes() {
            return deliveries.stream().mapToLong(Delivery::size).sum();
        }
    }

    /** @param maxBytes of all pages, before they are written in any dialect */
    Pages(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Some messages that come next after the cursor, at least one. */
    synchronized Optional<List<Delivery>> after(ChannelName channel, Position cursor) {
        for (var page : byChannel.getOrDefault(channel, new ArrayDeque<>(0))) {
            if (page.hasNext(cursor)) {
                var skipped = (int) (cursor.offset() - (page.first() - 1));
                return Optional.of(
                        page.deliveries().subList(skipped, page.deliveries().size()));
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
        var page = new Page(channel, position.epoch(), position.offset(), deliveries);
        byChannel.computeIfAbsent(channel, name -> new ArrayDeque<>(2)).addFirst(page);
        all.addLast(page);
        bytes += page.bytes();
        while (bytes > maxBytes) {
            forget(all.removeFirst());
        }
    }

    private void forget(Page page) {
        bytes -= page.bytes();
        byChannel.computeIfPresent(page.channel(), (channel, pages) -> {
            pages.remove(page);
            return pages.isEmpty() ? null : pages;
        });
    }
}
