package dev.herald.socketio;

import dev.herald.engine.EnginePacket.Bytes;
import dev.herald.hub.EventName;
import dev.herald.json.JsonGuard;
import dev.herald.json.JsonGuard.MalformedJsonException;
import dev.herald.json.JsonReading;
import dev.herald.socketio.SocketIoPacket.Ack;
import dev.herald.socketio.SocketIoPacket.Connect;
import dev.herald.socketio.SocketIoPacket.ConnectError;
import dev.herald.socketio.SocketIoPacket.Disconnect;
import dev.herald.socketio.SocketIoPacket.Event;
import dev.herald.socketio.SocketIoPacket.Refused;
import jakarta.json.JsonException;
import jakarta.json.stream.JsonParser;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes packets, and reads their text (Socket.IO protocol 5, "Packet encoding"): {@code <type>[<n>-][<nsp>,][<ackId>][json]}.
 * Keeps nothing; thread-safe.
 */
public final class SocketIoCodec {

    private static final char CONNECT = '0';
    private static final char DISCONNECT = '1';
    private static final char EVENT = '2';
    private static final char ACK = '3';
    private static final char CONNECT_ERROR = '4';
    private static final char BINARY_EVENT = '5';
    private static final char BINARY_ACK = '6';

    /** What clients tell their own application: a peer that could send these would mislead it. */
    private static final Set<String> RESERVED =
            Set.of("connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener");

    /** Said of what the guard passed: a parser may have bounds of its own, say for the length of a string. */
    private static final String UNPARSABLE = "the server's parser does not take this JSON";

    private SocketIoCodec() {}

    /**
     * A packet as it travels: the text as one message of Engine.IO, and right after it each attachment as one binary message,
     * with nothing of another packet between them.
     */
    public record Encoded(String text, List<Bytes> attachments) {
        public Encoded {
            attachments = List.copyOf(attachments);
        }
    }

    /** The text of a packet, and how many attachments are to follow it. The packet's own list of them is still empty. */
    record Announced(SocketIoPacket packet, int attachments) {}

    /** Writes a packet. */
    public static Encoded encode(SocketIoPacket packet) {
        if (packet instanceof Event event) {
            var header = header(EVENT, BINARY_EVENT, event.attachments(), event.namespace());
            if (event.ackId() != null) {
                header.append(event.ackId().longValue());
            }
            return new Encoded(header.append(event.json()).toString(), event.attachments());
        } else if (packet instanceof Ack ack) {
            var header = header(ACK, BINARY_ACK, ack.attachments(), ack.namespace());
            return new Encoded(header.append(ack.ackId()).append(ack.json()).toString(), ack.attachments());
        } else if (packet instanceof Connect connect) {
            var auth = connect.auth().equals("{}") ? "" : connect.auth();
            return plain(CONNECT, connect.namespace(), auth);
        } else if (packet instanceof ConnectError error) {
            return plain(CONNECT_ERROR, error.namespace(), error.json());
        } else if (packet instanceof Disconnect) {
            return plain(DISCONNECT, packet.namespace(), "");
        }
        throw new IllegalArgumentException("what is refused is not sent");
    }

    private static Encoded plain(char type, String namespace, String json) {
        return new Encoded(header(type, type, List.of(), namespace).append(json).toString(), List.of());
    }

    private static StringBuilder header(char type, char binaryType, List<Bytes> attachments, String namespace) {
        var header = new StringBuilder();
        if (attachments.isEmpty()) {
            header.append(type);
        } else {
            header.append(binaryType).append(attachments.size()).append('-');
        }
        if (!namespace.equals(SocketIoPacket.MAIN_NAMESPACE)) {
            header.append(namespace).append(',');
        }
        return header;
    }

    /**
     * Adds a last element to an array, such as the offset that clients remember for "Connection state recovery".
     *
     * @param jsonArray as in {@link Event#json}; it is not parsed anew
     * @param jsonString the element, as JSON: a string with its quotes
     * @throws IllegalArgumentException when the text is no array
     */
    public static String appendArgument(String jsonArray, String jsonString) {
        var array = jsonArray.strip();
        if (array.length() < 2 || array.charAt(0) != '[' || !array.endsWith("]")) {
            throw new IllegalArgumentException("an argument is appended to an array");
        }
        var elements = array.substring(0, array.length() - 1).stripTrailing();
        return elements + (elements.length() == 1 ? "" : ",") + jsonString + ']';
    }

    /**
     * Reads the text of a packet from a client.
     *
     * @return null for an event of the main namespace without name and arguments: it is tolerated, and says nothing. {@link
     *     Refused} when it is a packet, but its data is not taken
     * @throws MalformedSocketIoException when it is no packet that a client may send
     */
    static @Nullable Announced decode(String text) {
        var reader = new HeaderReader(text);
        var type = reader.type();
        var attachments = type == BINARY_EVENT || type == BINARY_ACK ? reader.attachments() : 0;
        var namespace = reader.namespace();
        var ackId = reader.ackId();
        var json = reader.rest().strip();
        return switch (type) {
            case CONNECT -> new Announced(connect(namespace, json), 0);
            case DISCONNECT -> {
                if (!json.isEmpty()) {
                    throw new MalformedSocketIoException("DISCONNECT carries nothing");
                }
                yield new Announced(new Disconnect(namespace), 0);
            }
            case EVENT, BINARY_EVENT -> {
                if (type == EVENT && json.isEmpty() && namespace.equals(SocketIoPacket.MAIN_NAMESPACE)) {
                    yield null;
                }
                yield new Announced(event(namespace, ackId, json, attachments), attachments);
            }
            case ACK, BINARY_ACK -> {
                if (ackId == null) {
                    throw new MalformedSocketIoException("an acknowledgement has an id");
                }
                yield new Announced(ack(namespace, ackId, json, attachments), attachments);
            }
            case CONNECT_ERROR -> throw new MalformedSocketIoException("CONNECT_ERROR is for the server to send");
            default -> throw new MalformedSocketIoException("a packet is of unknown type");
        };
    }

    private static SocketIoPacket connect(String namespace, String json) {
        if (json.isEmpty()) {
            return new Connect(namespace, "{}");
        }
        if (json.charAt(0) != '{') {
            throw new MalformedSocketIoException("what CONNECT carries is an object");
        }
        try {
            return new Connect(namespace, accepted(json));
        } catch (MalformedJsonException e) {
            return new Refused(new Connect(namespace, "{}"), String.valueOf(e.getMessage()));
        }
    }

    private static SocketIoPacket event(String namespace, @Nullable Long ackId, String json, int attachments) {
        requireArray(json);
        String array;
        try {
            array = accepted(json);
        } catch (MalformedJsonException e) {
            var why = String.valueOf(e.getMessage());
            return new Refused(new Event(namespace, ackId, knownName(json), "[]", List.of()), why);
        }
        try (var parser = JsonReading.parser(array)) {
            parser.next();
            var name = name(parser);
            if (attachments > 0) {
                new Placeholders(parser, attachments).checkRestOfArray();
            }
            return new Event(namespace, ackId, name, array, List.of());
        } catch (JsonException e) {
            return new Refused(new Event(namespace, ackId, "", "[]", List.of()), UNPARSABLE);
        }
    }

    private static SocketIoPacket ack(String namespace, long ackId, String json, int attachments) {
        requireArray(json);
        try {
            var array = accepted(json);
            if (attachments > 0) {
                try (var parser = JsonReading.parser(array)) {
                    parser.next();
                    new Placeholders(parser, attachments).checkRestOfArray();
                }
            }
            return new Ack(namespace, ackId, array, List.of());
        } catch (MalformedJsonException e) {
            return new Refused(new Ack(namespace, ackId, "[]", List.of()), String.valueOf(e.getMessage()));
        } catch (JsonException e) {
            return new Refused(new Ack(namespace, ackId, "[]", List.of()), UNPARSABLE);
        }
    }

    private static void requireArray(String json) {
        if (!json.startsWith("[")) {
            throw new MalformedSocketIoException("arguments are an array");
        }
    }

    /**
     * This JSON as the server takes it.
     *
     * @throws MalformedSocketIoException when it is no JSON
     * @throws MalformedJsonException when it is JSON that the server does not take
     */
    private static String accepted(String json) {
        try {
            return JsonGuard.accept(json);
        } catch (JsonGuard.NotJsonException e) {
            throw new MalformedSocketIoException(String.valueOf(e.getMessage()));
        }
    }

    /** The name of an event whose data is refused, or nothing if the name itself is. */
    private static String knownName(String json) {
        try (var parser = JsonReading.parser(json)) {
            parser.next();
            var name = name(parser);
            return EventName.isValid(name) ? name : "";
        } catch (JsonException e) {
            return "";
        }
    }

    private static String name(JsonParser parser) {
        var first = parser.next();
        if (first != JsonParser.Event.VALUE_STRING && first != JsonParser.Event.VALUE_NUMBER) {
            throw new MalformedSocketIoException("an event begins with its name");
        }
        var name = parser.getString();
        if (RESERVED.contains(name)) {
            throw new MalformedSocketIoException("the event " + name + " is reserved");
        }
        return name;
    }

    /** Takes the parts of a packet's text from left to right. */
    private static final class HeaderReader {

        private final String text;
        private int at;

        HeaderReader(String text) {
            this.text = text;
        }

        char type() {
            if (text.isEmpty()) {
                throw new MalformedSocketIoException("a packet is empty");
            }
            at++;
            return text.charAt(0);
        }

        int attachments() {
            var count = number(SocketIoPacket.MAX_ATTACHMENTS, "a packet has at most 10 attachments");
            if (count == null || count == 0) {
                throw new MalformedSocketIoException("a binary packet has at least one attachment");
            }
            if (at == text.length() || text.charAt(at) != '-') {
                throw new MalformedSocketIoException("the number of attachments ends with -");
            }
            at++;
            return count.intValue();
        }

        String namespace() {
            if (at == text.length() || text.charAt(at) != '/') {
                return SocketIoPacket.MAIN_NAMESPACE;
            }
            var comma = text.indexOf(',', at);
            var end = comma < 0 ? text.length() : comma;
            var namespace = text.substring(at, end);
            if (namespace.chars().anyMatch(Character::isISOControl)) {
                throw new MalformedSocketIoException("a namespace has no control characters");
            }
            at = comma < 0 ? end : end + 1;
            return namespace;
        }

        @Nullable
        Long ackId() {
            return number(SocketIoPacket.MAX_ACK_ID, "the id of an acknowledgement is at most 2^53 - 1");
        }

        String rest() {
            return text.substring(at);
        }

        private @Nullable Long number(long max, String orElse) {
            var start = at;
            var number = 0L;
            while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
                number = number * 10 + (text.charAt(at) - '0');
                if (number > max) {
                    throw new MalformedSocketIoException(orElse);
                }
                at++;
            }
            return at == start ? null : number;
        }
    }

    /** Checks that what marks an attachment marks one that comes, and each at most once: bytes are not to be multiplied. */
    private static final class Placeholders {

        private static final String MARK = "_placeholder";
        private static final String NUMBER = "num";

        private final JsonParser parser;
        private final boolean[] isFree;

        Placeholders(JsonParser parser, int attachments) {
            this.parser = parser;
            this.isFree = new boolean[attachments];
            Arrays.fill(isFree, true);
        }

        void checkRestOfArray() {
            for (var next = parser.next(); next != JsonParser.Event.END_ARRAY; next = parser.next()) {
                checkValue(next);
            }
        }

        private void checkValue(JsonParser.Event begin) {
            if (begin == JsonParser.Event.START_ARRAY) {
                checkRestOfArray();
            } else if (begin == JsonParser.Event.START_OBJECT) {
                checkObject();
            }
        }

        private void checkObject() {
            var members = 0;
            var isPlaceholder = false;
            var number = "";
            while (parser.next() == JsonParser.Event.KEY_NAME) {
                members++;
                var name = parser.getString();
                var value = parser.next();
                if (name.equals(MARK)) {
                    isPlaceholder = value == JsonParser.Event.VALUE_TRUE;
                } else if (name.equals(NUMBER) && value == JsonParser.Event.VALUE_NUMBER) {
                    number = parser.getString();
                }
                checkValue(value);
            }
            if (isPlaceholder) {
                take(members == 2 ? number : "");
            }
        }

        private void take(String number) {
            var index = number.length() == 1 ? number.charAt(0) - '0' : -1;
            if (index < 0 || index >= isFree.length || !isFree[index]) {
                throw new MalformedSocketIoException("a placeholder marks one of the attachments by its number");
            }
            isFree[index] = false;
        }
    }
}
