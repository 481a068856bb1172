package dev.herald.cluster;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.herald.cluster.Parcel.Message;
import dev.herald.hub.Bus;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** A bus by way of a server that carries texts; what holds for all such servers. Threads and locks are those of {@link Bus}. */
final class PartitionedBus implements Bus {

    private final BusLine line;
    private final Topics topics = new Topics();
    private final Telling telling;

    private volatile @Nullable Hearing hearing;
    private volatile @Nullable Future<?> pinging;
    private volatile boolean isClosed;

    /** Not connected yet. */
    PartitionedBus(BusLine line) {
        this.line = line;
        this.telling = new Telling(line);
    }

    @Override
    public void start(Listener listener) {
        if (hearing != null) {
            throw new IllegalStateException("the bus was started already");
        }
        var started = new Hearing(line, topics, telling::ping, listener);
        hearing = started;
        started.start();
        var interval = line.pace().ping().toMillis();
        pinging = line.timer().scheduleAtFixedRate(telling::ping, interval, interval, MILLISECONDS);
    }

    @Override
    public void tell(String topic, String text) {
        var bytes = Parcel.bytes(topic) + Parcel.bytes(text);
        if (bytes > maxBytes()) {
            throw new IllegalArgumentException("topic and text have " + bytes + " bytes, and " + maxBytes()
                    + " is the most that other nodes are told");
        }
        if (!isClosed) {
            telling.tell(new Message(topic, text), bytes);
        }
    }

    @Override
    public void listen(String topic) {
        if (topics.add(topic)) {
            // Wakes the thread that hears, which asks the server.
            telling.ping();
        }
    }

    @Override
    public void ignore(String topic) {
        topics.remove(topic);
    }

    @Override
    public int maxBytes() {
        return Math.min(Parcel.LONGEST, line.carrier().maxBytes() - Parcel.WRAPPING - Parcel.LABEL);
    }

    @Override
    public State state() {
        var ears = hearing;
        var outgoing = telling.outgoing();
        return new State(
                ears != null && ears.isHearing(),
                outgoing.size(),
                outgoing.told(),
                ears == null ? 0 : ears.heard(),
                outgoing.dropped());
    }

    @Override
    public void close() {
        isClosed = true;
        var ticks = pinging;
        if (ticks != null) {
            ticks.cancel(false);
        }
        telling.close();
        var ears = hearing;
        if (ears != null) {
            ears.close();
        }
    }

    @Override
    public String toString() {
        return line.carrier().name();
    }
}
