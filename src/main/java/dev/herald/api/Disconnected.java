package dev.herald.api;

import java.util.Set;

/**
 * A connection is gone.
 *
 * <pre>{@code
 * void release(@Observes Disconnected disconnected) {
 *     if (disconnected.last()) {
 *         ordersOf(disconnected.connection().person().id()).forEach(this::release);
 *     }
 * }
 * }</pre>
 *
 * @param reason why, in a few words for people, for example {@code closed by the client} or {@code ping timeout}
 * @param channels those that it was in at its end, its own ones included
 * @param last whether its person has no other connection
 */
public record Disconnected(Connection connection, String reason, Set<ChannelName> channels, boolean last)
        implements HeraldEvent {

    /** The rooms that it was in at its end. Those whose names {@linkplain ChannelName#roomIn were too long} are left out. */
    public Set<String> rooms() {
        return ChannelName.roomsIn(connection.namespace(), channels);
    }
}
