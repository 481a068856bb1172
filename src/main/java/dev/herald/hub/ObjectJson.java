package dev.herald.hub;

import dev.herald.api.Peer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Turns the application's objects into the JSON of events, and back. Thread-safe. Called with no lock held, as the application's
 * classes are called.
 */
public interface ObjectJson {

    /** Where there are no objects. */
    ObjectJson NONE = new ObjectJson() {
        @Override
        public String arguments(@Nullable Object... values) {
            throw new UnsupportedOperationException("there is nobody who writes objects");
        }

        @Override
        public <T> @Nullable T first(String json, Class<T> type) {
            throw new UnsupportedOperationException("there is nobody who reads objects");
        }
    };

    /**
     * Writes the arguments of an event as one text, as in an {@link dev.herald.api.Envelope}.
     *
     * @throws IllegalArgumentException when one of them is no JSON, or no client could read it
     */
    String arguments(@Nullable Object... values);

    /**
     * Reads the first argument of such a text.
     *
     * @return {@code null} for JSON's {@code null}, or when there is no argument
     * @throws IllegalArgumentException when it is no such type
     */
    <T> @Nullable T first(String json, Class<T> type);

    /** As {@link Peer#ask(Duration, String, Class, Object...)}. */
    default <T> CompletionStage<T> ask(
            Peer peer, Duration patience, String event, Class<T> type, @Nullable Object... arguments) {
        var answer = new CompletableFuture<T>();
        // Not thenApply, which would wrap the UnansweredException in another exception.
        var unused = peer.request(event, arguments(arguments), patience).whenComplete((json, failure) -> {
            if (failure != null) {
                answer.completeExceptionally(failure);
                return;
            }
            try {
                answer.complete(first(json, type));
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        });
        return answer;
    }
}
