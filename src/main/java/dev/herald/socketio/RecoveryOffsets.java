package dev.herald.socketio;

import dev.herald.api.ChannelName;
import dev.herald.api.Position;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads the offsets that one client is given ("Connection state recovery"). An offset has, for each channel with
 * messages since the client began, the channel's number and its last message. So whichever event was the client's last, its
 * offset tells exactly what the client has, and the server need not remember what it sent. Clients in the same channels are
 * given the same offsets.
 *
 * <p>For one thread at a time.
 */
final class RecoveryOffsets {

    /** What a client is given that has no message of any channel yet. */
    private static final String NOTHING = "-";

    private static final Pattern OFFSET =
            Pattern.compile("-|[0-9a-z]{1,6}\\.[0-9a-z]{1,12}(_[0-9a-z]{1,6}\\.[0-9a-z]{1,12})*");
    private static final int MAX_LENGTH = 4_096;
    private static final int RADIX = 36;

    private static final class Place {

        private final long number;
        /** Whether the channel's log began anew while the client was in it. */
        private final boolean isAnew;

        private @Nullable Position last;

        Place(long number, boolean isAnew) {
            this.number = number;
            this.isAnew = isAnew;
        }
    }

    private final Map<ChannelName, Place> places = new LinkedHashMap<>(4);
    private long nextNumber;

    /** A number of no channel that is in all offsets from now on; {@code null} when there is none. */
    private @Nullable Place spoiler;

    /**
     * What offsets mean: what has to be known to read them.
     *
     * @param next the lowest number that no channel ever had
     * @param ofChannels the number of each channel, lower than that
     */
    record Numbers(long next, Map<ChannelName, Long> ofChannels) {

        Numbers {
            if (next < 0 || ofChannels.values().stream().anyMatch(number -> number < 0 || number >= next)) {
                throw new IllegalArgumentException("each number is 0 or more, and less than the next one");
            }
        }
    }

    /**
     * Nothing is received.
     *
     * @param stale an offset from an earlier life, which the client gives until it has one of this life; {@code null} if it has none
     */
    RecoveryOffsets(@Nullable String stale) {
        if (stale != null && isOffset(stale)) {
            nextNumber = read(stale).keySet().stream()
                    .mapToLong(number -> number + 1)
                    .max()
                    .orElse(0);
        }
    }

    /** The numbers as they were at some time. How far the client has got since then is not known. */
    static RecoveryOffsets of(Numbers numbers) {
        var offsets = new RecoveryOffsets(null);
        numbers.ofChannels().forEach((channel, number) -> offsets.places.put(channel, new Place(number, false)));
        offsets.nextNumber = numbers.next();
        return offsets;
    }

    /** The numbers of these channels, which get one if they have none. */
    Numbers numbers(Iterable<ChannelName> channels) {
        var numbers = new LinkedHashMap<ChannelName, Long>();
        channels.forEach(channel -> numbers.put(channel, place(channel).number));
        return new Numbers(nextNumber, numbers);
    }

    /** Whether an offset is from here: one with a number that no channel had yet says more than is known here. */
    boolean isReadable(String offset) {
        return read(offset).keySet().stream().allMatch(number -> number < nextNumber);
    }

    /** Gives the channel its number, unless it has one: clients that number alike are given the same offsets. */
    void number(ChannelName channel) {
        place(channel);
    }

    private Place place(ChannelName channel) {
        var place = places.get(channel);
        if (place == null) {
            place = new Place(nextNumber++, false);
            places.put(channel, place);
        }
        return place;
    }

    /** Another number for another epoch: an offset of the old one does not count the new one's messages. */
    private Place place(ChannelName channel, Position position) {
        var place = place(channel);
        if (place.last != null && !place.last.epoch().equals(position.epoch())) {
            place = new Place(nextNumber++, true);
            places.put(channel, place);
        }
        return place;
    }

    /** The offset of a message, if it is the next that the client gets. */
    String after(ChannelName channel, Position position) {
        return write(place(channel, position), position.offset());
    }

    /** The client gets the message. */
    void advance(ChannelName channel, Position position) {
        place(channel, position).last = position;
    }

    /** The channel is left; its number is not given to another one. */
    void forget(ChannelName channel) {
        places.remove(channel);
    }

    /** From now on the offsets cannot be read by who knows only the {@linkplain #numbers numbers} of before. */
    void spoil() {
        spoiler = new Place(nextNumber++, false);
    }

    /** The offset of the last message. */
    String now() {
        return write(null, 0);
    }

    private String write(@Nullable Place moving, long offset) {
        var text = new StringBuilder(16);
        for (var place : places.values()) {
            var last = place.last;
            if (place == moving) {
                write(place, offset, text);
            } else if (last != null) {
                write(place, last.offset(), text);
            }
        }
        if (spoiler != null) {
            write(spoiler, 0, text);
        }
        return text.isEmpty() ? NOTHING : text.toString();
    }

    private static void write(Place place, long offset, StringBuilder text) {
        if (!text.isEmpty()) {
            text.append('_');
        }
        write(place.number, text);
        text.append('.');
        write(offset, text);
    }

    /** Written for each client and message: without a text of its own in between. */
    private static void write(long number, StringBuilder text) {
        if (number >= RADIX) {
            write(number / RADIX, text);
        }
        text.append(Character.forDigit((int) (number % RADIX), RADIX));
    }

    /** Whether a client may have been given this. */
    static boolean isOffset(String text) {
        return text.length() <= MAX_LENGTH && OFFSET.matcher(text).matches();
    }

    private static Map<Long, Long> read(String offset) {
        var numbers = new HashMap<Long, Long>();
        if (!offset.equals(NOTHING)) {
            for (var part : offset.split("_", -1)) {
                var dot = part.indexOf('.');
                numbers.put(
                        Long.parseLong(part.substring(0, dot), RADIX), Long.parseLong(part.substring(dot + 1), RADIX));
            }
        }
        return numbers;
    }

    /**
     * Where a client is that comes back, and is from now on.
     *
     * @param offset the last one that the client has; {@code null} when it has none
     * @param begins the channels that it was in, each with the place before the first message that it was to get there
     * @return the last message that it has, for each of these channels; where it began, which its log does not know any more, if
     *     the log began anew and the client has nothing of that
     */
    Map<ChannelName, Position> returnTo(@Nullable String offset, Map<ChannelName, Position> begins) {
        var numbers = offset == null ? Map.<Long, Long>of() : read(offset);
        var reached = new HashMap<ChannelName, Position>();
        places.keySet().retainAll(begins.keySet());
        begins.forEach((channel, begin) -> {
            var place = place(channel);
            var last = place.last;
            var epoch = last == null ? begin.epoch() : last.epoch();
            var from = epoch.equals(begin.epoch()) ? begin.offset() : 0;
            var position = place.isAnew && !numbers.containsKey(place.number)
                    ? begin
                    : new Position(epoch, Math.max(from, numbers.getOrDefault(place.number, 0L)));
            reached.put(channel, position);
            place.last = numbers.containsKey(place.number) ? position : null;
        });
        return reached;
    }
}
