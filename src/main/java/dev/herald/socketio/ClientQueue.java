package dev.herald.socketio;

import dev.herald.api.ChannelName;
import dev.herald.engine.EnginePacket;
import dev.herald.engine.EngineSession;
import dev.herald.engine.Outgoing;
import dev.herald.hub.Delivery;
import dev.herald.socketio.SocketIoPacket.Connect;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Queues what one client is sent, in order: first that it is connected, then everything else, each message with its offset. Any
 * thread may call, also under the locks of channels: this object's monitor is taken last, and under it packets are only queued.
 */
final class ClientQueue {

    /** How many packets may come before the client knows that it is connected. */
    private static final int MAX_EARLY = 256;

    private final EngineSession session;
    private final EventDialect dialect;
    private final BooleanSupplier hasOffsets;

    // Guarded by this object's monitor.
    private final RecoveryOffsets offsets;
    private boolean connected;
    private boolean closed;
    /** Whether it is told what it has missed before it is told that it is connected. */
    private boolean hearsBefore;

    private @Nullable List<Outgoing> early;

    /** @param hasOffsets whether the client may come back, and so is given offsets; may become false once */
    ClientQueue(EngineSession session, EventDialect dialect, RecoveryOffsets offsets, BooleanSupplier hasOffsets) {
        this.session = session;
        this.dialect = dialect;
        this.offsets = offsets;
        this.hasOffsets = hasOffsets;
    }

    /** A packet as Engine.IO carries it. */
    static Outgoing packets(SocketIoPacket packet) {
        var encoded = SocketIoCodec.encode(packet);
        var packets = new ArrayList<EnginePacket>(1 + encoded.attachments().size());
        packets.add(new EnginePacket.Message(encoded.text()));
        encoded.attachments().forEach(bytes -> packets.add(new EnginePacket.Binary(bytes)));
        return Outgoing.of(packets);
    }

    /**
     * Queues that the client is connected, and what has come before. The first call counts.
     *
     * @return false when there is no room
     */
    synchronized boolean connect(Connect connect) {
        if (connected || closed) {
            return true;
        }
        connected = true;
        var isQueued = session.offer(packets(connect));
        if (early != null) {
            isQueued = isQueued && early.stream().allMatch(session::offer);
            early = null;
        }
        return isQueued;
    }

    /** From now on the client is told what it has missed, although it is not told yet that it is connected. */
    synchronized void letMissedPass() {
        hearsBefore = true;
    }

    /** Whether the client has been told that it is connected, and so may speak. */
    synchronized boolean isConnected() {
        return connected;
    }

    /** Whether nothing is queued any more. */
    synchronized boolean isClosed() {
        return closed;
    }

    /** From now on nothing is queued. */
    synchronized void close() {
        closed = true;
    }

    /** Queues a packet; false when there is no room, or the client has ended. */
    synchronized boolean offer(SocketIoPacket packet) {
        var packets = packets(packet);
        return !closed && (connected ? session.offer(packets) : hold(packets));
    }

    /**
     * Queues a message.
     *
     * @param queue how it is queued in the session
     * @return false when there is no room, or the client has ended
     */
    synchronized boolean offer(Delivery delivery, Predicate<Outgoing> queue) {
        if (closed) {
            return false;
        }
        var message = delivery.message();
        var channel = message.channel();
        var position = message.position();
        if (channel == null || position == null) {
            var needsOffset = hasOffsets.getAsBoolean() && dialect.endsInText(message);
            var packets = packets(delivery, needsOffset ? offsets.now() : null);
            return connected ? queue.test(packets) : hold(packets);
        }
        var packets = packets(delivery, hasOffsets.getAsBoolean() ? offsets.after(channel, position) : null);
        if (!((connected || hearsBefore) ? queue.test(packets) : hold(packets))) {
            return false;
        }
        offsets.advance(channel, position);
        return true;
    }

    /**
     * Packets that come while the client is being connected are held until it has been told that it is connected, except those
     * that it has missed.
     */
    private boolean hold(Outgoing packets) {
        var held = early;
        if (held == null) {
            held = new ArrayList<>();
            early = held;
        }
        return held.size() < MAX_EARLY && held.add(packets);
    }

    /** Written when it is sent: not under a channel's lock. */
    private Outgoing packets(Delivery delivery, @Nullable String offset) {
        return Outgoing.later(
                delivery.size(), () -> delivery.as(dialect).packets(hasOffsets.getAsBoolean() ? offset : null));
    }

    /** Gives a channel its number in the offsets. */
    synchronized void number(ChannelName channel) {
        offsets.number(channel);
    }

    /** The client has left a channel. */
    synchronized void left(ChannelName channel) {
        offsets.forget(channel);
    }

    /** The numbers of these channels in the offsets; {@code null} when the client has ended: they may be another object's now. */
    synchronized RecoveryOffsets.@Nullable Numbers numbers(Iterable<ChannelName> channels) {
        return closed ? null : offsets.numbers(channels);
    }

    /** From now on only this life of the server can read the client's offsets. Returns the first of these. */
    synchronized String spoilOffsets() {
        offsets.spoil();
        return offsets.now();
    }
}
