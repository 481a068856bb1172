package dev.herald.hub;

import dev.herald.api.ChannelName;
import dev.herald.api.Connection;
import dev.herald.api.Namespace;
import dev.herald.json.WellFormed;
import java.util.Set;

/** The rules for the names of events that clients and beans choose. */
public final class EventName {

    /** The longest name, in characters. */
    public static final int MAX_LENGTH = 128;

    /** Names that the Socket.IO libraries use for events of their own. No message may have such a name. */
    private static final Set<String> OF_SOCKET_IO =
            Set.of("connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener");

    /** Names of the feed's own messages. Clients could mistake a message with such a name for one of these. */
    private static final Set<String> OF_FEED = Set.of("ack", "connected", "error", "joined", "left", "pong", "sent");

    /** Names of requests to Herald in the main namespace. Observers never get these. */
    private static final Set<String> REQUESTS = Set.of(
            "join", "leave", "history", "seen", "doc:open", "doc:change", "doc:close", "doc:presence", "doc:people");

    private EventName() {}

    /** Whether the name is 1 to {@value #MAX_LENGTH} characters that a log can hold. */
    public static boolean isValid(String name) {
        return !name.isEmpty() && name.length() <= MAX_LENGTH && WellFormed.is(name);
    }

    /** Whether no client of Socket.IO may be sent an event of this name, nor send one. */
    public static boolean isReservedBySocketIo(String name) {
        return OF_SOCKET_IO.contains(name);
    }

    /** Whether the name is kept for the server where clients of the feed may get it: in the main namespace's channels. */
    public static boolean isReserved(String name) {
        return isReservedBySocketIo(name) || OF_FEED.contains(name);
    }

    /**
     * Whether messages of this name from clients may come to observers.
     *
     * @param namespace where they observe; {@link Namespace#ALL} for all
     */
    public static boolean canCome(String namespace, String name) {
        return isValid(name)
                && !isReservedBySocketIo(name)
                && !(namespace.equals(Connection.MAIN) && REQUESTS.contains(name));
    }

    /**
     * Passes a name that a bean may give to an event in this channel.
     *
     * @throws IllegalArgumentException when it is not valid, or reserved there, or it is the channel of a document, to which nobody
     *     publishes
     */
    public static void requireFree(ChannelName channel, String name) {
        if (channel.isDocument()) {
            throw new IllegalArgumentException("nothing is published to " + channel
                    + ", which is the channel of a shared document: change the document (dev.herald.api.Documents)");
        }
        requireFree(name, (channel.isOpen() || channel.isPrivate()) ? isReserved(name) : isReservedBySocketIo(name));
    }

    /**
     * Passes a name that a bean may give to an event.
     *
     * @param isReserved whether it is reserved for whom it is meant for
     * @throws IllegalArgumentException when it is not valid, or reserved
     */
    public static void requireFree(String name, boolean isReserved) {
        if (!isValid(name) || isReserved) {
            throw new IllegalArgumentException("an event's name is 1 to " + MAX_LENGTH
                    + " characters and not one that Herald or Socket.IO keeps for itself: " + name);
        }
    }
}
