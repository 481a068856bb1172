package dev.herald.hub;

import dev.herald.api.Envelope;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A message for many recipients, written once for each dialect. Any thread may call, with any lock held that a dialect does
 * not take; a dialect only computes.
 */
public final class Delivery {

    private final Envelope message;
    private final Map<Dialect<?>, Object> written = new ConcurrentHashMap<>(2);

    Delivery(Envelope message) {
        this.message = message;
    }

    /** What is delivered. */
    public Envelope message() {
        return message;
    }

    /** The message as the dialect writes it; the same object for everyone who asks. */
    @SuppressWarnings("unchecked") // what a dialect wrote is kept under that dialect
    public <F> F as(Dialect<F> dialect) {
        return (F) written.computeIfAbsent(dialect, d -> d.write(message));
    }

    /** How much room it takes in a subscriber's queue, in bytes. The estimate does not need the written message. */
    public int size() {
        return size(message);
    }

    static int size(Envelope message) {
        return 200 + message.event().length() + message.json().length();
    }
}
