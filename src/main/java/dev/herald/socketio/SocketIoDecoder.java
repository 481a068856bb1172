package dev.herald.socketio;

import dev.herald.engine.EnginePacket.Bytes;
import dev.herald.socketio.SocketIoCodec.Announced;
import dev.herald.socketio.SocketIoPacket.Ack;
import dev.herald.socketio.SocketIoPacket.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads what one client sends, and puts events and acknowledgements together with their attachments (Socket.IO protocol 5,
 * "Packet encoding"). For one connection, and one thread at a time.
 *
 * <p>After a {@link MalformedSocketIoException} nothing of the packet is held, and the caller closes the connection.
 */
public final class SocketIoDecoder {

    private final int maxAttachmentBytes;
    private final List<Bytes> attachments = new ArrayList<>();
    private @Nullable Announced incomplete;
    private long attachmentBytes;

    /**
     * Makes the decoder of a new connection.
     *
     * @param maxAttachmentBytes how many bytes all attachments of one packet may have together
     */
    public SocketIoDecoder(int maxAttachmentBytes) {
        this.maxAttachmentBytes = maxAttachmentBytes;
    }

    /**
     * Takes a text message of Engine.IO.
     *
     * @return the packet, unless its attachments are still to come or it says nothing
     * @throws MalformedSocketIoException when it is not what a client may send, or an attachment was due
     */
    public Optional<SocketIoPacket> text(String text) {
        if (isIncomplete()) {
            forget();
            throw new MalformedSocketIoException("text came where an attachment was due");
        }
        var announced = SocketIoCodec.decode(text);
        if (announced == null) {
            return Optional.empty();
        }
        if (announced.attachments() > 0) {
            incomplete = announced;
            return Optional.empty();
        }
        return Optional.of(announced.packet());
    }

    /**
     * Takes a binary message of Engine.IO.
     *
     * @return the packet with its last attachment
     * @throws MalformedSocketIoException when no attachment is due, or they have too many bytes
     */
    public Optional<SocketIoPacket> binary(Bytes attachment) {
        var announced = incomplete;
        if (announced == null) {
            throw new MalformedSocketIoException("an attachment came where none was due");
        }
        attachmentBytes += attachment.size();
        if (attachmentBytes > maxAttachmentBytes) {
            forget();
            throw new MalformedSocketIoException(
                    "the attachments of a packet have more than " + maxAttachmentBytes + " bytes");
        }
        attachments.add(attachment);
        if (attachments.size() < announced.attachments()) {
            return Optional.empty();
        }
        var packet = complete(announced.packet());
        forget();
        return Optional.of(packet);
    }

    /** Whether a packet waits for attachments: its client must not keep it waiting for long. */
    public boolean isIncomplete() {
        return incomplete != null;
    }

    private SocketIoPacket complete(SocketIoPacket packet) {
        if (packet instanceof Event event) {
            return new Event(event.namespace(), event.ackId(), event.name(), event.json(), attachments);
        } else if (packet instanceof Ack ack) {
            return new Ack(ack.namespace(), ack.ackId(), ack.json(), attachments);
        }
        if (packet instanceof SocketIoPacket.Refused) {
            return packet; // what came with it is of no use either
        }
        throw new IllegalStateException("only events and acknowledgements have attachments");
    }

    private void forget() {
        incomplete = null;
        attachments.clear();
        attachmentBytes = 0;
    }
}
