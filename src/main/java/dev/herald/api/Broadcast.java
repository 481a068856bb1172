package dev.herald.api;

import jakarta.json.JsonValue;
import java.util.List;
import java.util.concurrent.CompletionStage;

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
}
