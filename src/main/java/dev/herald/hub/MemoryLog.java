package dev.herald.hub;

import static dev.herald.api.RefusedException.Reason.ID_REUSED;

import dev.herald.api.ChannelKind;
import dev.herald.api.ChannelName;
import dev.herald.api.Envelope;
import dev.herald.api.Position;
import dev.herald.api.RefusedException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A log that lives as long as this object, within fixed bounds: when one is reached, the oldest messages are forgotten, and
 * their readers are told of the gap. Repeats are recognised as long as the first message is kept.
 *
 * <p>A channel takes room only once it has a message. When there are too many channels, the one without a message for the
 * longest time is forgotten; if it is used again, it has a new epoch. So a position of a channel never means two different
 * messages.
 *
 * <p>Any thread may call; it never waits longer than for this object's monitor, under which nothing else is taken.
 */
public final class MemoryLog implements Log {

    private final String id;
    private final Clock clock;
    private final Bounds bounds;

    // All below is guarded by this object's monitor: an append costs about a microsecond.
    /** By the time of their last message, the quietest first. */
    private final Map<ChannelName, Messages> channels = new LinkedHashMap<>();
    /** All messages of all channels, oldest first. */
    private final Set<Stored> stored = new LinkedHashSet<>();

    private long bytes;
    private long forgottenChannels;

    /**
     * What the log keeps at the most.
     *
     * @param messagesPerChannel the latest messages of each channel
     * @param bytes in all, as the memory taken is estimated
     * @param channels with at least one message
     */
    public record Bounds(int messagesPerChannel, long bytes, int channels) {

        public Bounds {
            if (messagesPerChannel < 1 || bytes < 1 || channels < 1) {
                throw new IllegalArgumentException("each bound is at least 1");
            }
        }
    }

    /**
     * An empty log.
     *
     * @param id random, at most 40 characters: no other log may ever have had it
     * @param clock gives the messages' time
     */
    public MemoryLog(String id, Clock clock, Bounds bounds) {
        this.id = id;
        this.clock = clock;
        this.bounds = bounds;
    }

    @Override
    public CompletionStage<Appended> append(Draft draft) {
        try {
            return CompletableFuture.completedStage(appendNow(draft));
        } catch (RefusedException | HeadMovedException e) {
            draft.breakChain();
            return CompletableFuture.failedStage(e);
        }
    }

    private synchronized Appended appendNow(Draft draft) {
        var messages = channels.getOrDefault(draft.channel(), new Messages(epoch()));
        var repeatKey = RepeatKey.of(draft);
        var first = repeatKey == null ? null : messages.byRepeatKey.get(repeatKey);
        if (first != null) {
            draft.breakChain();
            return repeat(first, draft);
        }
        draft.requireAfter(new Position(messages.epoch, messages.head));
        channels.remove(draft.channel());
        channels.put(draft.channel(), messages);
        var message = new Envelope(
                draft.channel(),
                new Position(messages.epoch, ++messages.head),
                draft.event(),
                draft.from(),
                draft.to(),
                clock.instant().truncatedTo(ChronoUnit.MILLIS),
                draft.json(),
                draft.except());
        var entry = new Stored(messages, message, repeatKey);
        messages.kept.addLast(entry);
        if (repeatKey != null) {
            messages.byRepeatKey.put(repeatKey, entry);
        }
        stored.add(entry);
        bytes += entry.bytes();
        forgetBeyondBounds(messages);
        return new Appended(message, false);
    }

    private static Appended repeat(Stored first, Draft draft) {
        var message = first.message;
        if (!draft.isRepeatOf(message)) {
            throw new RefusedException(
                    ID_REUSED,
                    "id " + draft.clientId() + " was used for another message in channel " + draft.channel());
        }
        return new Appended(message, true);
    }

    /** The newest message always stays, whatever its size. */
    private void forgetBeyondBounds(Messages grown) {
        if (grown.kept.size() > bounds.messagesPerChannel()) {
            forgetOldest(grown);
        }
        while (bytes > bounds.bytes() && stored.size() > 1) {
            forgetOldest(stored.iterator().next().messages);
        }
        if (channels.size() > bounds.channels()) {
            var quietest = channels.values().iterator().next();
            while (!quietest.kept.isEmpty()) {
                forgetOldest(quietest);
            }
            channels.values().remove(quietest);
            forgottenChannels++;
        }
    }

    private void forgetOldest(Messages messages) {
        var entry = messages.kept.removeFirst();
        stored.remove(entry);
        if (entry.repeatKey != null) {
            messages.byRepeatKey.remove(entry.repeatKey);
        }
        bytes -= entry.bytes();
    }

    @Override
    public synchronized Replay since(ChannelName channel, Position since, int limit) {
        var head = head(channel);
        if (!head.epoch().equals(since.epoch())) {
            return new Replay.Gap(Replay.Reason.EPOCH, head);
        }
        if (since.offset() > head.offset()) {
            return new Replay.Gap(Replay.Reason.AHEAD, head);
        }
        var missing = head.offset() - since.offset();
        var kept = kept(channel);
        if (missing > kept.size()) {
            return new Replay.Gap(Replay.Reason.TRIMMED, head);
        }
        return new Replay.Complete(read(kept, (int) missing, limit), head);
    }

    @Override
    public synchronized Page before(ChannelName channel, long before, int limit) {
        var head = head(channel);
        var kept = kept(channel);
        var later = (int) Math.min(kept.size(), Math.max(0, head.offset() - before + 1));
        var messages = new ArrayList<Envelope>(Math.min(limit, kept.size() - later));
        var newestFirst = kept.descendingIterator();
        for (var n = 0; newestFirst.hasNext() && messages.size() < limit; n++) {
            var message = newestFirst.next().message;
            if (n >= later) {
                messages.add(message);
            }
        }
        return new Page(messages, head);
    }

    /** Reads, of the last {@code last} messages, the first {@code limit}; costs no more than it reads or skips at the end. */
    private static List<Envelope> read(Deque<Stored> kept, int last, int limit) {
        var newestFirst = kept.descendingIterator();
        var messages = new ArrayDeque<Envelope>(Math.min(last, limit));
        for (var n = last; n > 0; n--) {
            var message = newestFirst.next().message;
            if (n <= limit) {
                messages.addFirst(message);
            }
        }
        return new ArrayList<>(messages);
    }

    @Override
    public ChannelKind kind(ChannelName channel) {
        return ChannelKind.MEMORY;
    }

    @Override
    public synchronized Position head(ChannelName channel) {
        var messages = channels.get(channel);
        return messages == null ? new Position(epoch(), 0) : new Position(messages.epoch, messages.head);
    }

    private Deque<Stored> kept(ChannelName channel) {
        var messages = channels.get(channel);
        return messages == null ? new ArrayDeque<>() : messages.kept;
    }

    /**
     * The epoch of a channel that has no message yet. It changes with each channel that is forgotten: a channel that was empty
     * under this epoch cannot have had messages and lost them while the epoch is the same.
     */
    private String epoch() {
        return id + "." + forgottenChannels;
    }

    /** Whether two epochs are of one log: then it has forgotten what came between them. */
    static boolean areOfOneLog(String epoch, String other) {
        return idOf(epoch).equals(idOf(other));
    }

    private static String idOf(String epoch) {
        return epoch.substring(0, Math.max(0, epoch.lastIndexOf('.')));
    }

    private static final class Messages {
        final String epoch;
        final Deque<Stored> kept = new ArrayDeque<>();
        final Map<RepeatKey, Stored> byRepeatKey = new HashMap<>();
        long head;

        Messages(String epoch) {
            this.epoch = epoch;
        }
    }

    private static final class Stored {
        /** An estimate of the envelope, its position and the entries in the maps, without the text. */
        private static final int OVERHEAD = 400;

        final Messages messages;
        final Envelope message;
        final @Nullable RepeatKey repeatKey;

        Stored(Messages messages, Envelope message, @Nullable RepeatKey repeatKey) {
            this.messages = messages;
            this.message = message;
            this.repeatKey = repeatKey;
        }

        long bytes() {
            return OVERHEAD + 2L * (message.event().length() + message.json().length());
        }
    }

    /** @param personId {@code null} for the application */
    private record RepeatKey(@Nullable String personId, String clientId) {

        static @Nullable RepeatKey of(Draft draft) {
            var from = draft.from();
            var clientId = draft.clientId();
            return clientId == null ? null : new RepeatKey(from == null ? null : from.id(), clientId);
        }
    }
}
