package dev.herald.api;

import jakarta.json.JsonValue;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * An event for many: for everyone in a namespace, unless rooms are named. Immutable; each method gives another one.
 *
 * <pre>{@code
 * herald.in("/shop").to("vip").except(received.connection().id()).emit("offer", data);
 * }</pre>
 */
public interface Broadcast {

    /**
     * For those in these rooms, and for the connections with these ids, in addition to those that were named before; who is in
     * several gets it once. A connection's client that is away gets it when it recovers, unless the server has crashed meanwhile:
     * what is sent to a single connection is logged in memory.
     */
    Broadcast to(String... roomsOrConnectionIds);

    /** Not for those in one of these rooms, nor for connections with one of these ids. */
    Broadcast except(String... roomsOrConnectionIds);

    /** Past the log: without an offset, and gone for those who are not there or read slowly. */
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
