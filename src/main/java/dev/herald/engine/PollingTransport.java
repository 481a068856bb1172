package dev.herald.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Packets leave in the answer to the client's next GET. An answer may be written to a connection whose client has gone: the
 * container does not notice. That the next GET is a new one proves that the answer has come. If the client does not mark its GETs,
 * a ping at the end of the answer asks for a pong, and nothing more is written before that has come.
 *
 * <p>Guarded by the session's lock.
 */
final class PollingTransport implements Transport {

    private static final Outgoing PING = Outgoing.of(new EnginePacket.Ping(""));

    private final Heartbeat heartbeat;
    private @Nullable Poll parked;
    private @Nullable String lastMark;
    private boolean awaitingProof;

    /** @param heartbeat hears of a ping that goes out with an answer */
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

    /** A pong has come, and so has the answer with its ping. */
    void proved() {
        awaitingProof = false;
    }

    /** Whether the client's connection broke and the same GET was sent once more: what was answered is lost. */
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
