package dev.herald.api;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Sends the application's objects to a single connection, in any namespace, which may have ended. What is sent is not logged: if the
 * connection ends first, it is lost. Objects become JSON as {@link ToChannel} says. Immutable; any thread may call, no method waits.
 *
 * <pre>{@code
 * herald.connection(connection.id()).send("offer", new NewOrder("tea", 2), 10);
 * }</pre>
 */
public interface ToConnection {

    /** The connection's {@linkplain Connection#id() id}. */
    String id();

    /**
     * Sends an event. Inside a transaction it is sent after the commit.
     *
     * @return completes with whether it is in the connection's queue; this does not mean that the client got it
     * @throws IllegalArgumentException when the event's name is not allowed, JSON-B cannot write an object, or no client could read
     *     it
     */
    CompletionStage<Boolean> send(String event, @Nullable Object... arguments);

    /**
     * Sends an event at once, also inside a transaction, and asks for an answer; as {@link Peer#ask(Duration, String, Class,
     * Object...)}.
     *
     * @return completes exceptionally with {@link UnansweredException}, too, when there is no such connection
     */
    <T> CompletionStage<T> ask(Duration patience, String event, Class<T> answer, @Nullable Object... arguments);
}
