package dev.herald.request;

import dev.herald.api.ChannelName;
import dev.herald.api.Connection;
import dev.herald.api.Person;
import org.jspecify.annotations.Nullable;

/**
 * Who asks.
 *
 * @param connection by which the person asks; {@code null} for a single HTTP request
 */
public record Asker(Person person, @Nullable Connection connection) {

    /** The person's private channel. */
    public ChannelName privateChannel() {
        return ChannelName.ofUser(person.id());
    }
}
