package dev.herald.api;

import java.util.Optional;

/**
 * A connection joined a channel. Its own two, {@code news} and the private one, come with {@link Connected} instead.
 *
 * <pre>{@code
 * void show(@Observes Joined joined) {
 *     if (joined.channel().value().equals("orders")) {
 *         herald.connection(joined.connection().id()).send("open", allOrders());
 *     }
 * }
 * }</pre>
 */
public record Joined(Connection connection, ChannelName channel) implements HeraldEvent {

    /** The room's name; empty when it {@linkplain ChannelName#roomIn was too long}. */
    public Optional<String> room() {
        return channel.roomIn(connection.namespace());
    }
}
