package dev.herald.api;

import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Publishes the application's objects to one channel: all who are in it get them. What {@link Herald} says of threads, stages,
 * order and transactions holds here too. Immutable.
 *
 * <pre>{@code
 * herald.channel("orders").publish("created", new NewOrder("tea", 7));
 * }</pre>
 *
 * <p>An object becomes JSON by the container's JSON-B. A {@link jakarta.json.JsonValue} stays as it is; a {@code byte[]}, alone or
 * as a property, is sent as bytes ({@link JsonBytes}).
 */
public interface ToChannel {

    /** Which channel. */
    ChannelName name();

    /**
     * Publishes an object.
     *
     * @param event as for {@link Herald#publish}
     * @return as {@link Herald#publish}
     * @throws IllegalArgumentException when the event's name is not allowed, JSON-B cannot write the object, or no client could read
     *     it
     */
    CompletionStage<Receipt> publish(String event, @Nullable Object data);

    /**
     * Sends an object past the log, as in a volatile channel: it has no offset, who is away does not get it later, and a client that
     * reads too slowly may miss it.
     *
     * @return completes when it is on its way; its receipt has no position
     * @throws IllegalArgumentException as for {@link #publish}
     */
    CompletionStage<Receipt> publishVolatile(String event, @Nullable Object data);
}
