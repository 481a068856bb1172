package dev.herald.engine;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The way by which packets reach a session's client. */
sealed interface Transport permits PollingTransport, WebSocketTransport {

    /** The name in requests. */
    String name();

    /**
     * Claims the right to write once. Called under the session's lock. The result is called outside the lock, with all packets
     * that wait.
     *
     * @return {@code null} when nothing can be written now; then {@link EngineSession#flush()} is called when it can
     */
    @Nullable
    Consumer<List<Outgoing>> claim();

    /** Whether {@link #claim} would succeed. Called under the session's lock. */
    boolean isIdle();
}
