package dev.herald.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sends packets in the answer to the client's next GET. The container does not notice when it writes an answer to a client that
 * is gone. A new GET proves that the last answer has arrived. If the client does not mark its GETs, a ping at the end of the
 * answer asks for a pong, and nothing more is written until the pong has come.
 *
 * <p>Guarded by the session's lock.
 */
final class PollingTransport implements Transport {

    private static final Outgoing PING = Outgoing.of(new EnginePacket.Ping(""));

    private final Heartbeat heartbeat;
    private @Nullable Poll parked;
    private @Nullable String lastMark;
    private boolean awaitingProof;

    /** @param heartbeat is told of each ping that is sent with an answer */
    PollingTransport(Heartbeat heartbeat) {
        this.heartbeat = heartbeat;
    }

    @Override
    public String name() {
        return EngineSettings.POLLING;
    }

    @Override
    public @Nullable Consumer<List<Outgoing>> claim() {
        if (awaitingProof) {
            return null;
        }
        var poll = unpark();
        if (poll == null) {
            return null;
        }
        if (poll.mark() == null && poll.hasWaited()) {
            awaitingProof = true;
            heartbeat.pinged(System.nanoTime());
            return packets -> poll.answer(withPing(packets));
        }
        return poll::answer;
    }

    private static List<Outgoing> withPing(List<Outgoing> packets) {
        var all = new ArrayList<>(packets);
        all.add(PING);
        return all;
    }

    /** A pong has come, so the answer with its ping has arrived. */
    void proved() {
        awaitingProof = false;
    }

    /** Whether the client's connection broke and the same GET was sent again: then the last answer may be lost. */
    boolean isSentAgain(Poll poll) {
        return lastMark != null && lastMark.equals(poll.mark());
    }

    @Override
    public boolean isIdle() {
        return parked != null && !awaitingProof;
    }

    boolean hasParked() {
        return parked != null;
    }

    void park(Poll poll) {
        parked = poll;
        lastMark = poll.mark();
    }

    boolean isParked(Poll poll) {
        return parked == poll;
    }

    @Nullable
    Poll unpark() {
        var poll = parked;
        parked = null;
        return poll;
    }
}
