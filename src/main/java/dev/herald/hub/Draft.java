package dev.herald.hub;

import dev.herald.api.ChannelName;
import dev.herald.api.Person;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A message before it is in a log.
 *
 * @param from {@code null} when the application itself sends it
 * @param to the id of the person it is for; {@code null} unless it is private
 * @param json the data as well-formed JSON text, as in an {@link dev.herald.api.Envelope}; the caller has checked it
 * @param clientId the sender's own name for the message, by which a repeat is recognised; the application has such names of its own;
 *     {@code null} when it has none
 * @param except connection ids, and names of channels: whoever has or is in one of them does not get it
 */
public record Draft(
        ChannelName channel,
        String event,
        @Nullable Person from,
        @Nullable String to,
        String json,
        @Nullable String clientId,
        Set<String> except) {

    public Draft {
        except = Set.copyOf(except);
    }

    /** A message that nobody is excepted from. */
    public Draft(
            ChannelName channel,
            String event,
            @Nullable Person from,
            @Nullable String to,
            String json,
            @Nullable String clientId) {
        this(channel, event, from, to, json, clientId, Set.of());
    }

    /** The longest client id, in characters. */
    public static final int MAX_CLIENT_ID = 64;

    /** What the log holds of this message besides the fixed part, in characters. */
    int size() {
        return event.length() + json.length();
    }
}
