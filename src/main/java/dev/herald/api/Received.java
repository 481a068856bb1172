package dev.herald.api;

import jakarta.json.JsonValue;
import org.jspecify.annotations.Nullable;

/**
 * A client sent a message, and Herald took it. Observe all of them, or those of one event with {@link On}.
 *
 * @param event for example {@code news}, {@code private}, or any name of the client's
 * @param channel where it is published
 * @param to the person's id of a private message, else {@code null}
 * @param json the data as JSON text
 */
public record Received(
        Connection connection,
        String event,
        ChannelName channel,
        @Nullable String to,
        String json) implements HeraldEvent {

    /** The data as a JSON value; parsed anew by each call. */
    public JsonValue data() {
        return JsonText.read(json);
    }
}
