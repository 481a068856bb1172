package dev.herald.hub;

import dev.herald.json.WellFormed;
import java.util.Set;

/** The rules for the names of events that clients and beans choose. */
public final class EventName {

    /** The longest name, in characters. */
    public static final int MAX_LENGTH = 128;

    /** What Herald itself says to clients, and what Socket.IO's clients keep for themselves. */
    private static final Set<String> RESERVED = Set.of(
            "ack",
            "connected",
            "error",
            "joined",
            "left",
            "pong",
            "sent",
            "connect",
            "connect_error",
            "disconnect",
            "disconnecting",
            "newListener",
            "removeListener");

    private EventName() {}

    /** Whether the name is 1 to {@value #MAX_LENGTH} characters that a log can hold. */
    public static boolean isValid(String name) {
        return !name.isEmpty() && name.length() <= MAX_LENGTH && WellFormed.is(name);
    }

    /** Whether the name is kept for the server: a client could be misled by a message of that name. */
    public static boolean isReserved(String name) {
        return RESERVED.contains(name);
    }

    /**
     * Passes a name that a bean may give to an event.
     *
     * @throws IllegalArgumentException when it is not valid, or reserved
     */
    public static void requireFree(String name) {
        if (!isValid(name) || isReserved(name)) {
            throw new IllegalArgumentException("an event's name is 1 to " + MAX_LENGTH
                    + " characters and not one that Herald or Socket.IO keeps for itself: " + name);
        }
    }
}
