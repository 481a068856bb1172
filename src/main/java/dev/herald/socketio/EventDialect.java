package dev.herald.socketio;

import dev.herald.api.Arguments;
import dev.herald.api.Envelope;
import dev.herald.hub.Dialect;
import java.util.regex.Pattern;

/**
 * How the clients of one namespace want their events. Those that are equal write the same.
 *
 * @param metadata whether events of channels have one more argument, which says where they are from
 */
record EventDialect(String namespace, boolean metadata) implements Dialect<WrittenEvent> {

    /** How the text begins that has several arguments, or none. */
    private static final Pattern SEVERAL =
            Pattern.compile("\\s*\\{\\s*\"" + Pattern.quote(Arguments.MARK) + "\"\\s*:\\s*\\[");

    @Override
    public WrittenEvent write(Envelope message) {
        var arguments = EventArguments.fromHub(message.json());
        var array = new StringBuilder(200 + message.json().length());
        array.append('[').append(EventArguments.quoted(message.event()));
        arguments.texts().forEach(text -> array.append(',').append(text));
        if (hasMetadata(message)) {
            array.append(',').append(message.metadata());
        }
        var event =
                new SocketIoPacket.Event(namespace, null, message.event(), array.toString(), arguments.attachments());
        return new WrittenEvent(SocketIoCodec.encode(event).text(), arguments.attachments());
    }

    /** Whether clients could take the last argument for an offset: then it needs one behind it. */
    boolean endsInText(Envelope message) {
        if (hasMetadata(message)) {
            return false;
        }
        var json = message.json();
        var last = lastBefore(json, json.length());
        if (!SEVERAL.matcher(json).lookingAt()) {
            return json.charAt(last) == '"';
        }
        var lastInside = json.charAt(lastBefore(json, lastBefore(json, last)));
        return lastInside == '"' || lastInside == '[';
    }

    /** Where the last character before this place is that is no space. */
    private static int lastBefore(String json, int end) {
        var at = end - 1;
        while (at > 0 && Character.isWhitespace(json.charAt(at))) {
            at--;
        }
        return at;
    }

    private boolean hasMetadata(Envelope message) {
        return metadata && message.channel() != null;
    }
}
