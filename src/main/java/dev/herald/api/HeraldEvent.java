package dev.herald.api;

/**
 * Something that happened in Herald. Observe one of the records as a CDI event, with {@code @Observes} or {@code
 * @ObservesAsync}.
 *
 * <p>Observers run on the container's threads, after the event has happened. The events of one connection ({@link Connected},
 * {@link Joined}, {@link Received}, {@link Left}, {@link Disconnected}) are observed one at a time in the order in which they
 * happened, and so are the {@link Published} of one channel and the {@link DocumentChanged} of one document; others may be observed at the
 * same time. An observer that is slow delays only the later events of its connection or channel; one that throws is logged and
 * harms neither the other observers nor the connection.
 *
 * <pre>{@code
 * void count(@ObservesAsync HeraldEvent event) {
 *     System.out.println("one more " + event.getClass().getSimpleName());
 * }
 * }</pre>
 */
public sealed interface HeraldEvent
        permits Connected, Disconnected, Joined, Left, Received, Published, DocumentChanged {}
