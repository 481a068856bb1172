package dev.herald.api;

import jakarta.json.JsonValue;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The client of one connection. Thread-safe; no method waits. Once the connection is gone, the methods do nothing.
 *
 * <p>What is sent to a peer is not logged: if the connection ends first, it is lost.
 *
 * <pre>{@code
 * @OnEvent("pay")
 * CompletionStage<Boolean> pay(int euros, Peer peer) {
 *     peer.join("customers");
 *     return peer.ask(Duration.ofSeconds(30), "really?", Boolean.class, euros);
 * }
 * }</pre>
 */
public interface Peer {

    /** Which connection. */
    Connection connection();

    /**
     * Sends an event.
     *
     * @param event 1 to 128 characters; not a name that Socket.IO reserves, nor, for clients of the feed, one that the feed
     *     reserves
     * @return whether it is in the connection's queue; this does not mean that the client got it
     * @throws IllegalArgumentException when the event's name is not allowed, or no client could read the arguments
     */
    default boolean emit(String event, JsonValue... arguments) {
        return send(event, Arguments.write(List.of(arguments)));
    }

    /**
     * As {@link #emit}, but only if no other message waits for the client: for events that are of no use when they come late.
     */
    default boolean emitVolatile(String event, JsonValue... arguments) {
        return sendIfIdle(event, Arguments.write(List.of(arguments)));
    }

    /**
     * Sends an event and asks for an acknowledgement, which clients of Socket.IO can give.
     *
     * @param patience how long to wait for it
     * @return completes with the arguments of the answer; exceptionally with {@link UnansweredException} when there is none in time,
     *     the connection ends, too many answers are due already, or the client cannot answer
     * @throws IllegalArgumentException as for {@link #emit}
     */
    default CompletionStage<List<JsonValue>> ask(Duration patience, String event, JsonValue... arguments) {
        var answer = new CompletableFuture<List<JsonValue>>();
        // Not thenApply, which would wrap the UnansweredException in another exception.
        var unused = request(event, Arguments.write(List.of(arguments)), patience)
                .whenComplete((json, failure) -> {
                    if (failure == null) {
                        answer.complete(Arguments.read(json));
                    } else {
                        answer.completeExceptionally(failure);
                    }
                });
        return answer;
    }

    /**
     * As {@link #ask(Duration, String, JsonValue...)}, with objects.
     *
     * @param answer what the first argument of the answer is read as, by JSON-B: a record or another class, a {@code String}, a box
     *     such as {@code Integer}, {@code byte[]}, a {@link JsonValue}
     * @param arguments become JSON as {@link ToChannel} says
     * @return completes with the first argument of the answer, {@code null} if there is none; exceptionally also with
     *     {@link IllegalArgumentException} when the answer is no such type
     * @throws IllegalArgumentException also when JSON-B cannot write an object
     */
    <T> CompletionStage<T> ask(Duration patience, String event, Class<T> answer, @Nullable Object... arguments);

    /**
     * Makes the connection join a room. From now on it gets what is sent there.
     *
     * @return false when it was in there before
     * @throws IllegalArgumentException when there can be no such room
     * @throws IllegalStateException when the connection is in too many rooms already
     * @throws RefusedException with {@code OVERLOADED} when the observers are too far behind
     */
    default boolean join(String room) {
        return join(ChannelName.ofRoom(connection().namespace(), room));
    }

    /** Makes the connection leave a room; false when it was not in it. */
    default boolean leave(String room) {
        return leave(ChannelName.ofRoom(connection().namespace(), room));
    }

    /** Whether the connection is in a room. */
    default boolean isIn(String room) {
        return channels().contains(ChannelName.ofRoom(connection().namespace(), room));
    }

    /** The rooms that the connection is in. Those whose names {@linkplain ChannelName#roomIn were too long} are left out. */
    default Set<String> rooms() {
        return ChannelName.roomsIn(connection().namespace(), channels());
    }

    /** What is kept with the connection under this name, as {@link Connection#get}. */
    default Optional<String> get(String name) {
        return connection().get(name);
    }

    /**
     * Keeps a value with the connection, as {@link ConnectionAttempt#put}. All who have the {@link Connection} see it at once. A
     * later life of the server finds it when the database has it, which may take a moment.
     *
     * @throws IllegalArgumentException when there are too many values then, or they are too large
     */
    default void put(String name, JsonValue value) {
        keep(name, value.toString());
    }

    /** As {@link #put(String, JsonValue)}. */
    default void put(String name, String value) {
        put(name, JsonText.string(value));
    }

    /** Keeps the value of this name no longer. */
    default void remove(String name) {
        keep(name, null);
    }

    /** As {@link #emit}, with the arguments as JSON text. */
    boolean send(String event, String json);

    /** As {@link #emitVolatile}, with the arguments as JSON text. */
    boolean sendIfIdle(String event, String json);

    /** As {@link #ask}, with the arguments and the answer as JSON text. */
    CompletionStage<String> request(String event, String json, Duration patience);

    /** As {@link #put(String, JsonValue)}, with the value as JSON text; as {@link #remove} when it is {@code null}. */
    void keep(String name, @Nullable String json);

    /** As {@link #join(String)}, by the channel's name. */
    boolean join(ChannelName channel);

    /** As {@link #leave(String)}, by the channel's name. */
    boolean leave(ChannelName channel);

    /** The channels that the connection is in, its own ones included. */
    Set<ChannelName> channels();

    /**
     * Ends the connection; for a Socket.IO client, in this namespace only. The client is told, and does not reconnect by
     * itself.
     */
    void disconnect();

    /** Also closes the transport, and so ends the connection in all namespaces. */
    void close();
}
