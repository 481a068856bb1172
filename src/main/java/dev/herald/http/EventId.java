package dev.herald.http;

import dev.herald.api.ChannelName;
import dev.herald.api.Position;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Where a listener is in its channels, as the one line that is the id of an event: {@code channel=epoch:offset}, separated by
 * commas. So the server need not remember what it sent to whom.
 */
final class EventId {

    private static final int MAX_LENGTH = EventStreams.MAX_CHANNELS * 256;

    private static final Pattern PLACE =
            Pattern.compile("([A-Za-z0-9_.:-]{1,128})=([A-Za-z0-9_.-]{1,64}):(0|[1-9][0-9]{0,17})");

    private EventId() {}

    static String write(Map<ChannelName, Position> places) {
        var text = new StringBuilder(64);
        places.forEach((channel, position) -> text.append(text.isEmpty() ? "" : ",")
                .append(channel.value())
                .append('=')
                .append(position.epoch())
                .append(':')
                .append(position.offset()));
        return text.toString();
    }

    /**
     * Reads an id that a client gives back.
     *
     * @throws IllegalArgumentException when it is none
     */
    static Map<ChannelName, Position> read(String id) {
        var places = new LinkedHashMap<ChannelName, Position>();
        if (id.isEmpty()) {
            return places;
        }
        if (id.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("it is too long");
        }
        for (var part : id.split(",", EventStreams.MAX_CHANNELS + 1)) {
            var place = PLACE.matcher(part);
            if (!place.matches()) {
                throw new IllegalArgumentException("it is not the id of an event");
            }
            places.put(new ChannelName(place.group(1)), new Position(place.group(2), Long.parseLong(place.group(3))));
        }
        return places;
    }
}
