package dev.herald.api;

/**
 * Takes the answer to a message, once. Thread-safe.
 *
 * <pre>{@code
 * void later(@Observes @On("question") Received received) {
 *     Answer answer = received.answer();
 *     lookUp(received.data()).thenAccept(found -> answer.give(found.toString()));
 * }
 * }</pre>
 */
@FunctionalInterface
public interface Answer {

    /** For a message whose sender wants no answer, or gets it from Herald. */
    Answer NONE = json -> false;

    /**
     * Sends the answer.
     *
     * @param json its arguments, as in an {@link Envelope}
     * @return false when none is wanted, or one was given before
     */
    boolean give(String json);
}
