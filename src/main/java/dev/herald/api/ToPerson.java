package dev.herald.api;

import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Sends the application's objects to one person: all connections of that person get them, now or when they come back. What
 * {@link Herald} says of threads, stages, order and transactions holds here too. Objects become JSON as {@link ToChannel} says.
 * Immutable.
 *
 * <pre>{@code
 * herald.person("ann").tell(new Shipped(7));
 * }</pre>
 */
public interface ToPerson {

    /** The event that {@link #tell(Object)} sends. */
    String EVENT = "private";

    /** The person's {@linkplain Person#id() id}. */
    String id();

    /**
     * Publishes {@code private} to the person.
     *
     * @throws IllegalArgumentException when JSON-B cannot write the object, or no client could read it
     */
    default CompletionStage<Receipt> tell(@Nullable Object data) {
        return tell(EVENT, data);
    }

    /**
     * Publishes an event of another name to the person.
     *
     * @param event as for {@link Herald#publish}
     * @throws IllegalArgumentException also when the event's name is not allowed
     */
    CompletionStage<Receipt> tell(String event, @Nullable Object data);
}
