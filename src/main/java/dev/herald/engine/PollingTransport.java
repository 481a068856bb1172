package dev.herald.engine;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Packets leave in the answer to the client's next GET. Guarded by the session's lock. */
final class PollingTransport implements Transport {

    private @Nullable Poll parked;

    @Override
    public String name() {
        return EngineSettings.POLLING;
    }

    @Override
    public @Nullable Consumer<List<Outgoing>> claim() {
        var poll = unpark();
        return poll == null ? null : poll::answer;
    }

    @Override
    public boolean isIdle() {
        return parked != null;
    }

    boolean hasParked() {
        return parked != null;
    }

    void park(Poll poll) {
        parked = poll;
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
