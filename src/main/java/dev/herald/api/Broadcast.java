package dev.herald.api;

import jakarta.json.JsonValue;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * An event for many: for everyone in a namespace, unless rooms are named. Immutable; each method returns a new object.
 *
 * <pre>{@code
 * herald.in("/shop").to("vip").except(received.connection().id()).emit("offer", data);
 * }</pre>
 */
public interface Broadcast {

    /**
     * Adds recipients: the connections in these rooms, and the connections with these ids. A connection that is named several
     * times gets the event once. A client that is away gets it when it recovers. Events for a single connection are logged in
     * memory only, so a crash of the server loses them.
     */
    Broadcast to(String... roomsOrConnectionIds);

    /** Leaves out the connections in these rooms, and the connections with these ids. */
    Broadcast except(String... roomsOrConnectionIds);

    /** Does not log the event: it has no offset, and clients that are away or read too slowly miss it. */
    Broadcast unlogged();

    /**
     * Publishes it.
     *
     * @return as {@link Herald#publish}: the receipt of each room in the order in which they were named, or the namespace's; a name
     *     that may stand for a room and for a connection has two
     * @throws IllegalArgumentException when the event's name is not allowed, no client could read the arguments, or there can be
     *     no such room
     */
    CompletionStage<List<Receipt>> emit(String event, JsonValue... arguments);

    /**
     * Sends the event to each recipient who is connected now, at once and past the log, and asks for an acknowledgement.
     *
     * @param patience how long to wait for all of them together
     * @return completes when each has answered, or will not; exceptionally never. Who cannot answer, like a client of the feed, is
     *     {@linkplain Answers#missing missing}. On several nodes each asks its own clients. A node that dies is waited for until its
     *     lease is over, one that does not answer for two seconds longer than the patience; either is {@linkplain Answers#unreached
     *     unreached}
     * @throws IllegalArgumentException as for {@link #emit}
     */
    CompletionStage<Answers<List<JsonValue>>> ask(Duration patience, String event, JsonValue... arguments);

    /**
     * As {@link #ask(Duration, String, JsonValue...)}, with objects. Who answers something else than asked for is missing, too.
     *
     * @param answer what the first argument of each answer is read as; as in {@link Peer#ask(Duration, String, Class, Object...)}
     * @param arguments become JSON as {@link ToChannel} says
     * @throws IllegalArgumentException also when JSON-B cannot write an object
     */
    <T> CompletionStage<Answers<T>> ask(
            Duration patience, String event, Class<T> answer, @Nullable Object... arguments);

    /**
     * Those of this node whom it is for: the clients that are connected now, in the order in which they connected. To make all of
     * them join a room, leave it or disconnect, do so with each.
     */
    List<Peer> peers();

    /**
     * Those of all nodes whom it is for. To make all of them join a room, leave it or disconnect, do so with the {@link
     * Herald#connection} of each.
     *
     * @return completes on one of the container's threads when each node has answered, or will not; exceptionally never
     */
    CompletionStage<AllConnections> connections();
}
