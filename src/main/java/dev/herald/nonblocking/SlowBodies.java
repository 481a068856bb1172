package dev.herald.nonblocking;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The bodies of requests that did not arrive with their headers. Each has a deadline and a least rate. Their number is bounded, in all
 * and for each client address. A new body always gets a place: when a bound is reached, the slowest body is given up.
 *
 * <p>Thread-safe: request threads add and remove, and the clock's thread looks for late bodies. Bodies are told to give up
 * outside the lock.
 */
public final class SlowBodies {

    /** After so long a body must have come at {@link #LEAST_RATE} on average. */
    private static final Duration GRACE = Duration.ofSeconds(10);

    /** In bytes a second. */
    private static final int LEAST_RATE = 500;

    /** One address may have one of so many parts of all places. */
    private static final int SHARE_OF_AN_ADDRESS = 8;

    private static final int BYTES_OF_IPV6_NETWORK = 8;

    private final int max;
    private final int maxOfAddress;
    private final long timeout;

    // Guarded by this object's monitor.
    private final List<Entry> entries = new ArrayList<>();

    /** A body on its way. Called by any thread, without a lock. */
    public interface Body {

        /** How many bytes have come. */
        long received();

        /** The client is too slow. */
        void giveUpLate();

        /** Another body needs the place. */
        void giveUpPlace();
    }

    private record Entry(Body body, Object network, long since) {

        long bytesPerSecond(long now) {
            return body.received() / Math.max(1, Duration.ofNanos(now - since).toSeconds());
        }
    }

    /**
     * No body is on its way.
     *
     * @param max bodies at the same time
     * @param timeout how long one may take
     */
    public SlowBodies(int max, Duration timeout) {
        this.max = max;
        this.maxOfAddress = Math.max(1, max / SHARE_OF_AN_ADDRESS);
        this.timeout = timeout.toNanos();
    }

    /** Adds a body. Another body may be told to give up its place. */
    public void add(Body body, @Nullable String address, long now) {
        var network = networkOf(address);
        Optional<Entry> slowest;
        synchronized (this) {
            var ofNetwork =
                    entries.stream().filter(one -> one.network.equals(network)).toList();
            slowest = ofNetwork.size() >= maxOfAddress
                    ? slowest(ofNetwork, now)
                    : entries.size() >= max ? slowest(entries, now) : Optional.empty();
            slowest.ifPresent(entries::remove);
            entries.add(new Entry(body, network, now));
        }
        slowest.ifPresent(one -> one.body.giveUpPlace());
    }

    private static Optional<Entry> slowest(List<Entry> some, long now) {
        return some.stream().min(Comparator.comparingLong(one -> one.bytesPerSecond(now)));
    }

    /** The body has arrived, or will not come any more. */
    public synchronized void remove(Body body) {
        entries.removeIf(one -> one.body == body);
    }

    /** Checks deadlines and rates. */
    public void tick(long now) {
        List<Entry> late;
        synchronized (this) {
            late = entries.stream().filter(one -> isLate(one, now)).toList();
            entries.removeAll(late);
        }
        late.forEach(one -> one.body.giveUpLate());
    }

    private boolean isLate(Entry entry, long now) {
        var age = now - entry.since;
        return age > timeout || (age > GRACE.toNanos() && entry.bytesPerSecond(now) < LEAST_RATE);
    }

    /** The server goes down. */
    public void close() {
        List<Entry> all;
        synchronized (this) {
            all = List.copyOf(entries);
            entries.clear();
        }
        all.forEach(one -> one.body.giveUpPlace());
    }

    /** How many bodies are on their way. */
    public synchronized int size() {
        return entries.size();
    }

    /**
     * The key under which an address is counted. An IPv6 client can use all addresses of its 64-bit network, so these count as
     * one.
     */
    private static Object networkOf(@Nullable String address) {
        // The text is always a literal address, so no name server is asked.
        if (address == null || address.indexOf(':') < 0) {
            return String.valueOf(address);
        }
        try {
            var bytes = InetAddress.getByName(address).getAddress();
            return ByteBuffer.wrap(bytes, 0, Math.min(bytes.length, BYTES_OF_IPV6_NETWORK));
        } catch (UnknownHostException e) {
            return address;
        }
    }
}
