package dev.herald.journal;

import dev.herald.api.ChannelName;
import dev.herald.api.Envelope;
import dev.herald.api.Position;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The recently written or read messages, in memory. So when many clients come back at once, the database is read once. All
 * other messages are in the database only. The threads that write, read and trim the log call it, with any lock held: nothing
 * is called under its own.
 */
final class Tails {

    /** An estimate of the envelope and its position, without the text. */
    private static final int OVERHEAD = 300;

    private final int maxMessages;
    private final long maxBytes;

    // Guarded by this object's monitor.
    /** In the order of their last use, the least recent first. */
    private final Map<ChannelName, Tail> tails = new LinkedHashMap<>(16, 0.75f, true);

    private int messages;
    private long bytes;

    /** At least one message, with no gaps. */
    private record Tail(String epoch, List<Envelope> messages) {

        long first() {
            return position(messages.get(0)).offset();
        }

        long last() {
            return position(messages.get(messages.size() - 1)).offset();
        }
    }

    /**
     * Has no messages yet.
     *
     * @param maxMessages of all channels together
     * @param maxBytes of all channels together, an estimate of the memory they take
     */
    Tails(int maxMessages, long maxBytes) {
        this.maxMessages = maxMessages;
        this.maxBytes = maxBytes;
    }

    /** The messages after one offset, up to and including another; empty unless all of them are here. */
    synchronized Optional<List<Envelope>> read(ChannelName channel, String epoch, long after, long upTo) {
        var tail = tails.get(channel);
        if (tail == null || !tail.epoch().equals(epoch) || after + 1 < tail.first() || upTo > tail.last()) {
            return Optional.empty();
        }
        var from = (int) (after + 1 - tail.first());
        var to = (int) (upTo + 1 - tail.first());
        return Optional.of(List.copyOf(tail.messages().subList(from, to)));
    }

    /**
     * Adds committed messages if they join up with those that are here. Later ones that do not join up replace them; earlier
     * ones are ignored. When there are too many, the oldest are dropped.
     *
     * @param added at least one message of one channel, with no gaps
     */
    synchronized void add(ChannelName channel, List<Envelope> added) {
        var tail = tails.get(channel);
        var epoch = position(added.get(0)).epoch();
        var first = position(added.get(0)).offset();
        var last = position(added.get(added.size() - 1)).offset();
        if (tail != null && tail.epoch().equals(epoch) && first <= tail.last() + 1 && last >= tail.first() - 1) {
            if (first < tail.first()) {
                var earlier = added.subList(0, (int) (tail.first() - first));
                tail.messages().addAll(0, earlier);
                count(earlier, 1);
            }
            if (last > tail.last()) {
                var later = added.subList((int) (tail.last() + 1 - first), added.size());
                tail.messages().addAll(later);
                count(later, 1);
            }
        } else if (tail == null || !tail.epoch().equals(epoch) || last > tail.last()) {
            forget(channel);
            tails.put(channel, new Tail(epoch, new ArrayList<>(added)));
            count(added, 1);
        }
        shrink(channel);
    }

    /** Forgets the messages of a channel up to an offset. */
    synchronized void forget(ChannelName channel, long upTo) {
        var tail = tails.get(channel);
        if (tail == null || upTo < tail.first()) {
            return;
        }
        if (upTo >= tail.last()) {
            forget(channel);
            return;
        }
        var forgotten = tail.messages().subList(0, (int) (upTo + 1 - tail.first()));
        count(forgotten, -1);
        forgotten.clear();
    }

    private void forget(ChannelName channel) {
        var tail = tails.remove(channel);
        if (tail != null) {
            count(tail.messages(), -1);
        }
    }

    /** Drops the least recently used channels first, then the oldest messages of the channel that has grown. */
    private void shrink(ChannelName grown) {
        while (isTooMuch() && tails.size() > 1) {
            forget(tails.keySet().iterator().next());
        }
        var tail = tails.get(grown);
        if (tail == null || !isTooMuch()) {
            return;
        }
        var surplus = 0;
        while (isTooMuch() && surplus < tail.messages().size()) {
            count(tail.messages().subList(surplus, surplus + 1), -1);
            surplus++;
        }
        tail.messages().subList(0, surplus).clear();
        if (tail.messages().isEmpty()) {
            tails.remove(grown);
        }
    }

    private boolean isTooMuch() {
        return messages > maxMessages || bytes > maxBytes;
    }

    private void count(List<Envelope> some, int sign) {
        messages += sign * some.size();
        for (var message : some) {
            bytes += sign * bytes(message);
        }
    }

    private static long bytes(Envelope message) {
        return OVERHEAD + 2L * (message.event().length() + message.json().length());
    }

    private static Position position(Envelope message) {
        return Objects.requireNonNull(message.position(), "a message of a log has a position");
    }
}
