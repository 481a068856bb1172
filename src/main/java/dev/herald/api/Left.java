package dev.herald.api;

import java.util.Optional;

/**
 * A connection left a channel. When a connection ends, there is only {@link Disconnected}.
 *
 * <pre>{@code
 * void tell(@Observes Left left) {
 *     herald.channel(left.channel()).publish("gone", left.connection().person().name());
 * }
 * }</pre>
 */
public record Left(Connection connection, ChannelName channel) implements HeraldEvent {

    /** The room's name; empty when it {@linkplain ChannelName#roomIn was too long}. */
    public Optional<String> room() {
        return channel.roomIn(connection.namespace());
    }
}
