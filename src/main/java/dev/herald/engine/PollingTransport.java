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

    private final Runnable beforePing;
    private @Nullable Poll parked;
    private @Nullable String lastMark;
    private boolean awaitingProof;

    /** @param beforePing called under the session's lock when a ping is to go out with an answer */
    PollingTransport(Runnable beforePing) {
        this.beforePing = beforePing;
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
            beforePing.run();
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
