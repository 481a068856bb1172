package dev.herald.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.herald.api.ChannelName;
import dev.herald.api.Envelope;
import dev.herald.api.Position;
import dev.herald.hub.Dialect;
import java.io.ByteArrayOutputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes what one listener is told as Server-Sent Events (HTML standard, "Server-sent events"), each with the id that says where
 * the listener is after it. For one thread at a time.
 */
final class EventWriter {

    /** How the messages begin that are missing nothing. */
    static final String JOINED = "joined";

    /** How the messages begin before which some are missing. */
    static final String GAP = "gap";

    /** How the messages of a channel end. */
    static final String LEFT = "left";

    /** The application has ended the connection: the listener need not come back. */
    private static final String CLOSED = "closed";

    /** The last that a listener is told whose connection the application has ended. */
    static final EventFrame.Line GOODBYE = new EventFrame.Line("event: closed\ndata: {\"event\":\"closed\"}\n");

    /**
     * Names that listeners could mistake for the stream's own events, or for those of the browser's {@code EventSource}. Messages of
     * such names come without one, and so does what has a line break in its name; the data has it.
     */
    private static final Set<String> TAKEN = Set.of(JOINED, GAP, LEFT, CLOSED, "open", "error", "message");

    /** Writes a message for all who get it: all but the id. */
    private static final Dialect<byte[]> TEXT = EventWriter::text;

    /** The channels that the listener has asked for, with the last message of each; what is not known yet is not in it. */
    private final Map<ChannelName, Position> places;

    private final Set<ChannelName> wanted;

    /**
     * A writer that has written nothing.
     *
     * @param wanted the channels whose positions are in the ids
     * @param since where the listener is already
     */
    EventWriter(List<ChannelName> wanted, Map<ChannelName, Position> since) {
        this.wanted = Set.copyOf(wanted);
        this.places = new LinkedHashMap<>(since);
        places.keySet().retainAll(this.wanted);
    }

    void write(EventFrame frame, ByteArrayOutputStream into) {
        if (frame instanceof EventFrame.Delivered delivered) {
            var message = delivered.delivery().message();
            into.writeBytes(delivered.delivery().as(TEXT));
            advance(message, into);
        } else if (frame instanceof EventFrame.Begins begins) {
            place(begins.channel(), begins.position());
            into.writeBytes(named(begins.event(), begins.json()));
            identify(into);
        } else if (frame instanceof EventFrame.Ends ends) {
            places.remove(ends.channel());
            into.writeBytes(named(LEFT, ends.json()));
            identify(into);
        } else if (frame instanceof EventFrame.Line line) {
            into.writeBytes(line.text().getBytes(UTF_8));
        }
        into.write('\n');
    }

    private void advance(Envelope message, ByteArrayOutputStream into) {
        var channel = message.channel();
        var position = message.position();
        if (channel != null && position != null && place(channel, position)) {
            identify(into);
        }
    }

    private boolean place(ChannelName channel, Position position) {
        if (!wanted.contains(channel)) {
            // The application has put the listener there: it does not ask for it when it comes back.
            return false;
        }
        places.put(channel, position);
        return true;
    }

    private void identify(ByteArrayOutputStream into) {
        into.writeBytes(("id: " + EventId.write(places) + "\n").getBytes(UTF_8));
    }

    private static byte[] text(Envelope message) {
        return isFree(message.event())
                ? named(message.event(), message.toJson())
                : data(message.toJson()).getBytes(UTF_8);
    }

    private static byte[] named(String event, String json) {
        return ("event: " + event + "\n" + data(json)).getBytes(UTF_8);
    }

    /** Outside of strings a line break is white space in JSON, and within them there is none. */
    private static String data(String json) {
        return "data: " + json.replace('\r', ' ').replace('\n', ' ') + "\n";
    }

    private static boolean isFree(String event) {
        return !TAKEN.contains(event) && event.indexOf('\n') < 0 && event.indexOf('\r') < 0;
    }
}
