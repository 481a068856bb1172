package dev.herald.api;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One connection by its id, on whichever node of the cluster it is, in any namespace; it may have ended. Any thread may call, no
 * method waits, and the stages complete on the container's threads.
 *
 * <p>A connection of another node is looked for on all of them. Where there is no such connection, {@code false} or nothing comes of
 * it. When a node that may have it does not answer within five seconds, or dies, the stage completes exceptionally with {@link
 * UnansweredException}: it may have been done or not. What one thread does with one connection is done in its order.
 *
 * <p>What is sent is not logged: if the connection ends first, it is lost. Objects become JSON as {@link ToChannel} says. What is
 * longer than a million characters does not reach other nodes, and fails. Immutable.
 *
 * <pre>{@code
 * herald.connection(connection.id()).send("offer", new NewOrder("tea", 2), 10);
 * herald.connection(connection.id()).join("customers").thenAccept(isNew -> System.out.println(isNew));
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

    /**
     * As {@link Peer#join(String)}, at once.
     *
     * @return completes exceptionally with what that throws
     */
    CompletionStage<Boolean> join(String room);

    /** As {@link Peer#leave(String)}, at once. */
    CompletionStage<Boolean> leave(String room);

    /** As {@link Peer#rooms}; empty also when there is no such connection. */
    CompletionStage<Set<String>> rooms();

    /** Whose connection it is, as {@link AllConnections#open} has it; empty when there is none. */
    CompletionStage<Optional<Connection>> connection();

    /**
     * As {@link Peer#disconnect}, at once.
     *
     * @return completes with false when there is no such connection
     */
    CompletionStage<Boolean> disconnect();

    /** As {@link #disconnect}, but also closes the transport, and so ends the connection in all namespaces. */
    CompletionStage<Boolean> close();
}
