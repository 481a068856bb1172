package dev.herald.hub;

import dev.herald.measure.Latency;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntSupplier;

/** What a hub has done since its start. Any thread may count and read, with any lock held. */
public final class HubFigures {

    /** What every dialect says of a connection that it closes because its client reads too slowly. */
    static final String SLOW_READER = "slow reader";

    private final LongAdder slowReaders = new LongAdder();
    private final LongAdder in = new LongAdder();
    private final LongAdder out = new LongAdder();
    private final Latency acknowledgements = new Latency();
    private final Latency deliveries = new Latency();
    private final IntSupplier channels;

    HubFigures(IntSupplier channels) {
        this.channels = channels;
    }

    /** To how many channels somebody here is subscribed, private ones included. */
    public int channels() {
        return channels.getAsInt();
    }

    /** A new message is in the log and delivered, and its publisher told, after so many nanoseconds. */
    void acknowledged(long nanos) {
        in.increment();
        acknowledgements.note(nanos);
    }

    void publishedPastTheLog() {
        in.increment();
    }

    void ended(String reason) {
        if (reason.equals(SLOW_READER)) {
            slowReaders.increment();
        }
    }

    void queued(int clients) {
        out.add(clients);
    }

    /** How many messages clients and beans have published on this node; repeats and what was refused are not counted. */
    public long in() {
        return in.sum();
    }

    /**
     * How many messages of channels were queued for clients of this node, those that they catch up on included: one message for three
     * clients counts three times. Who is excepted, or has no room for it, is not counted.
     */
    public long out() {
        return out.sum();
    }

    /** How many connections were closed because their clients read too slowly, or the log could not be read for them. */
    public long slowReaders() {
        return slowReaders.sum();
    }

    /** From when a message is taken until it is in the log and in the queues of those who are live, and its publisher is told;
     * of each new message once. */
    public Latency acknowledgements() {
        return acknowledgements;
    }

    /** From when the log has a message until it is in the queues of those who are live here; of each new message of this node once. */
    public Latency deliveries() {
        return deliveries;
    }
}
