package dev.herald.engine;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** How packets reach a session's client at the moment. */
sealed interface Transport permits PollingTransport, WebSocketTransport {

    /** The name in requests. */
    String name();

    /**
     * Takes the right to write once. Called under the session's lock; what it returns is called outside of it, with everything
     * that waits.
     *
     * @return {@code null} when nothing can be written now; then {@link EngineSession#flush()} is called when it can
     */
    @Nullable
    Consumer<List<Outgoing>> claim();

    /** Whether {@link #claim} would succeed. Called under the session's lock. */
    boolean isIdle();
}
