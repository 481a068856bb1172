package dev.herald.socketio;

import dev.herald.engine.EnginePacket.Bytes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A packet of Socket.IO 5 (Socket.IO protocol 5, "Packet encoding"). Immutable. Its JSON is text, as most of it only passes
 * through; whoever makes a packet has checked that text. In a packet with attachments each of them is marked in the JSON by
 * {@code {"_placeholder":true,"num":n}}, with n from 0.
 */
public sealed interface SocketIoPacket {

    /** The namespace that the text of a packet does not name. */
    String MAIN_NAMESPACE = "/";

    /** How many attachments a packet may have: what the official parsers take, too. */
    int MAX_ATTACHMENTS = 10;

    /** The greatest id of an acknowledgement: beyond it, JavaScript has no exact integers. */
    long MAX_ACK_ID = (1L << 53) - 1;

    /** Begins with {@code /} and has no comma. */
    String namespace();

    /**
     * From the client: asks to join the namespace. From the server: it has joined.
     *
     * @param auth a JSON object: the client's credentials, the server's {@code sid}; {@code {}} if there is none
     */
    record Connect(String namespace, String auth) implements SocketIoPacket {
        public Connect {
            requireNamespace(namespace);
        }
    }

    /** The sender leaves the namespace, or has the other side leave it. */
    record Disconnect(String namespace) implements SocketIoPacket {
        public Disconnect {
            requireNamespace(namespace);
        }
    }

    /**
     * EVENT, or BINARY_EVENT if it has attachments.
     *
     * @param ackId the sender's number for the {@link Ack} that it asks for
     * @param name the first element of the array; the text of a number, if it is one
     * @param json the whole array: name and arguments
     */
    record Event(String namespace, @Nullable Long ackId, String name, String json, List<Bytes> attachments)
            implements SocketIoPacket {
        public Event {
            requireNamespace(namespace);
            if (ackId != null) {
                requireAckId(ackId);
            }
            attachments = requireFew(attachments);
        }
    }

    /**
     * ACK, or BINARY_ACK if it has attachments.
     *
     * @param ackId that of the {@link Event}
     * @param json the array of the answer's arguments
     */
    record Ack(String namespace, long ackId, String json, List<Bytes> attachments) implements SocketIoPacket {
        public Ack {
            requireNamespace(namespace);
            requireAckId(ackId);
            attachments = requireFew(attachments);
        }
    }

    /**
     * From the server only: the namespace is not joined.
     *
     * @param json an object with {@code message}, and perhaps {@code data}
     */
    record ConnectError(String namespace, String json) implements SocketIoPacket {
        public ConnectError {
            requireNamespace(namespace);
        }
    }

    /**
     * From the client: a CONNECT, EVENT or ACK that came whole, but whose data the server does not take. That is told to the
     * client; the connection lives on.
     *
     * @param packet without its data: only what names it
     * @param why a sentence for the client
     */
    record Refused(SocketIoPacket packet, String why) implements SocketIoPacket {
        @Override
        public String namespace() {
            return packet.namespace();
        }
    }

    private static void requireNamespace(String namespace) {
        if (!namespace.startsWith("/") || namespace.indexOf(',') >= 0) {
            throw new IllegalArgumentException("a namespace begins with / and has no comma");
        }
    }

    private static void requireAckId(long ackId) {
        if (ackId < 0 || ackId > MAX_ACK_ID) {
            throw new IllegalArgumentException("the id of an acknowledgement is 0 to " + MAX_ACK_ID);
        }
    }

    private static List<Bytes> requireFew(List<Bytes> attachments) {
        if (attachments.size() > MAX_ATTACHMENTS) {
            throw new IllegalArgumentException("a packet has at most " + MAX_ATTACHMENTS + " attachments");
        }
        return List.copyOf(attachments);
    }
}
