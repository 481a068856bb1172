package dev.herald.socketio;

import dev.herald.engine.EnginePacket;
import dev.herald.engine.EnginePacket.Bytes;
import dev.herald.engine.Outgoing;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An event as all clients of a namespace get it, up to the offset at its end. Those who are given the same offset share the
 * packets. Any thread may call, with any lock held: it takes none, and two threads that ask at once may each write it.
 */
final class WrittenEvent {

    private final String beginning;
    private final List<Bytes> attachments;

    /** The packets with the offset that was asked for last, which is the one that most clients are given. */
    private volatile @Nullable Ending latest;

    private record Ending(@Nullable String offset, Outgoing packets) {
        boolean isFor(@Nullable String other) {
            return offset == null ? other == null : offset.equals(other);
        }
    }

    /** @param beginning the text of the packet without the bracket at its end */
    WrittenEvent(String beginning, List<Bytes> attachments) {
        this.beginning = beginning;
        this.attachments = attachments;
    }

    /** The packets, with this offset as last argument; without one if it is {@code null}. */
    Outgoing packets(@Nullable String offset) {
        var ending = latest;
        if (ending == null || !ending.isFor(offset)) {
            ending = new Ending(offset, Outgoing.of(written(offset)));
            latest = ending;
        }
        return ending.packets();
    }

    private List<EnginePacket> written(@Nullable String offset) {
        var packets = new ArrayList<EnginePacket>(1 + attachments.size());
        packets.add(new EnginePacket.Message(offset == null ? beginning + ']' : beginning + ",\"" + offset + "\"]"));
        attachments.forEach(bytes -> packets.add(new EnginePacket.Binary(bytes)));
        return packets;
    }
}
