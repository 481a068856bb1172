package dev.herald.engine;

import dev.herald.outbox.Outbox;
import dev.herald.websocket.Frames;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Packets that are sent together, with no others between them, to one client or to many. Each encoding is made when a
 * transport first needs it, and shared by all clients. Any thread may ask for an encoding, also under a session's lock: it is
 * only computed, and two threads that ask at once may each make it.
 */
public class Outgoing implements Outbox.Message {

    private final List<EnginePacket> packets;
    private final @Nullable Supplier<Outgoing> source;
    private final int size;

    // Two threads may encode the same packets at once, which only costs time. None sees a half-made result.
    private volatile byte @Nullable [] frames;
    private volatile @Nullable String payload;

    private Outgoing(List<EnginePacket> packets, @Nullable Supplier<Outgoing> source, int size) {
        this.packets = packets;
        this.source = source;
        this.size = size;
    }

    /** One or more packets. */
    public static Outgoing of(EnginePacket... packets) {
        return of(List.of(packets));
    }

    /** One or more packets. */
    public static Outgoing of(List<EnginePacket> packets) {
        return new Outgoing(
                List.copyOf(packets),
                null,
                packets.stream().mapToInt(Outgoing::sizeOf).sum());
    }

    /**
     * Packets that are made only when they are sent, outside all locks.
     *
     * @param size an estimate in bytes
     * @param source called each time they are sent, by any thread; must not throw
     */
    public static Outgoing later(int size, Supplier<Outgoing> source) {
        return new Outgoing(List.of(), source, size);
    }

    @Override
    public int size() {
        return size;
    }

    /** What is made later comes from data that all recipients share. */
    @Override
    public int ownSize() {
        return source == null ? size : 0;
    }

    /** The same packets, for one client only. */
    Outgoing forOneClient() {
        return source == null ? this : new ForOneClient(source, size);
    }

    private static final class ForOneClient extends Outgoing {

        ForOneClient(Supplier<Outgoing> source, int size) {
            super(List.of(), source, size);
        }

        @Override
        public int ownSize() {
            return size();
        }
    }

    private static int sizeOf(EnginePacket packet) {
        if (packet instanceof EnginePacket.Message message) {
            return 16 + message.text().length();
        }
        return packet instanceof EnginePacket.Binary binary ? 16 + binary.data().size() : 16;
    }

    /** The packets as WebSocket frames, one after another. Callers must not change the array. */
    byte[] frames() {
        if (source != null) {
            return source.get().frames();
        }
        var encoded = frames;
        if (encoded == null) {
            var all = new ByteArrayOutputStream(size + 14 * packets.size());
            packets.forEach(packet -> all.writeBytes(frame(packet)));
            encoded = all.toByteArray();
            frames = encoded;
        }
        return encoded;
    }

    private static byte[] frame(EnginePacket packet) {
        return packet instanceof EnginePacket.Binary binary
                ? Frames.binary(binary.data().toArray())
                : Frames.text(EngineCodec.encodeText(packet));
    }

    /** The packets as a polling body, or a part of one. */
    String payload() {
        if (source != null) {
            return source.get().payload();
        }
        var encoded = payload;
        if (encoded == null) {
            encoded = EngineCodec.joinPayload(
                    packets.stream().map(EngineCodec::encodeForPolling).toList());
            payload = encoded;
        }
        return encoded;
    }
}
