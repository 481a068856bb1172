package dev.herald.hub;

import dev.herald.api.ChannelName;
import dev.herald.api.Connection;
import dev.herald.api.Envelope;
import dev.herald.api.Person;
import dev.herald.api.Position;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A client as its transport would connect it: hears what was queued once it is flushed, unless it has stopped reading; then it
 * hears nothing until it {@linkplain #read reads} on.
 */
class TestClient implements Subscriber {

    private static final AtomicInteger IDS = new AtomicInteger();

    private final Connection connection;
    private final int capacity;
    private final int keptFree;

    private volatile DeviceName device;

    // Guarded by this object's monitor.
    private final Deque<Envelope> queue = new ArrayDeque<>();
    private final List<Envelope> heard = new ArrayList<>();
    private boolean reading = true;
    private boolean refused;
    private int fellBehind;
    private int flushes;
    private Member member;

    TestClient(Person person) {
        this(person, 1_000);
    }

    /** A client whose queue holds so many messages. */
    TestClient(Person person, int capacity) {
        this(person, capacity, 0);
    }

    /** A client whose queue holds so many messages, and keeps room for some that are not replayed. */
    TestClient(Person person, int capacity, int keptFree) {
        this(new Connection("connection-" + IDS.incrementAndGet(), person), capacity, keptFree);
    }

    /** A client whose connection the test has made. */
    TestClient(Connection connection) {
        this(connection, 1_000, 0);
    }

    /** A client in the namespace. */
    TestClient(Person person, String namespace) {
        this(new Connection("connection-" + IDS.incrementAndGet(), person, namespace), 1_000, 0);
    }

    /** Another client on the connection of an earlier one. */
    TestClient(TestClient earlier) {
        this(earlier.connection, 1_000, 0);
    }

    private TestClient(Connection connection, int capacity, int keptFree) {
        this.connection = connection;
        this.capacity = capacity;
        this.keptFree = keptFree;
    }

    /** Says which device it is. */
    TestClient on(DeviceName name) {
        device = name;
        return this;
    }

    @Override
    public Optional<DeviceName> device() {
        return Optional.ofNullable(device);
    }

    /** Connects and starts all that a connection is in by itself. */
    TestClient connect(Hub hub) {
        var admitted = admit(hub);
        admitted.waiting().forEach(one -> one.start(started -> true));
        return this;
    }

    /** Connects and starts nothing. */
    Member admit(Hub hub) {
        var admitted = hub.connect(this);
        synchronized (this) {
            member = admitted;
        }
        return admitted;
    }

    /** Goes on in these channels. */
    TestClient resume(Hub hub, Map<ChannelName, Position> places) {
        var admitted = hub.resume(this, places);
        synchronized (this) {
            member = admitted;
        }
        admitted.waiting().forEach(one -> one.start(started -> true));
        return this;
    }

    Subscription.Outcome join(ChannelName channel) {
        return join(channel, null);
    }

    /** Joins and starts. */
    Subscription.Outcome join(ChannelName channel, Position since) {
        var subscription = member().join(channel, since).orElseThrow();
        subscription.start(started -> true);
        return subscription.outcome();
    }

    synchronized Member member() {
        return Objects.requireNonNull(member, "connect first");
    }

    synchronized void stopReading() {
        reading = false;
    }

    /** Reads on. */
    void read() {
        synchronized (this) {
            reading = true;
        }
        flush();
    }

    /** Hears what waits in the queue, and no more; the queue has room again, and the hub is not told so. */
    synchronized void readWhatWaits() {
        heard.addAll(queue);
        queue.clear();
    }

    @Override
    public void end(boolean transportToo) {
        member().disconnect("ended");
    }

    @Override
    public Connection connection() {
        return connection;
    }

    @Override
    public boolean offer(Delivery delivery) {
        return offer(delivery, capacity);
    }

    @Override
    public boolean replay(Delivery delivery) {
        return offer(delivery, capacity - keptFree);
    }

    private synchronized boolean offer(Delivery delivery, int room) {
        if (queue.size() >= room) {
            refused = true;
            return false;
        }
        queue.add(delivery.message());
        return true;
    }

    @Override
    public void flush() {
        Member resuming;
        synchronized (this) {
            flushes++;
            if (!reading) {
                return;
            }
            readWhatWaits();
            resuming = refused ? member : null;
            refused = refused && resuming == null;
        }
        if (resuming != null) {
            resuming.resume();
        }
    }

    @Override
    public synchronized void fellBehind() {
        fellBehind++;
    }

    synchronized boolean hasFallenBehind() {
        return fellBehind > 0;
    }

    /** How often it was told to write. */
    synchronized int flushes() {
        return flushes;
    }

    synchronized List<Envelope> heard() {
        return List.copyOf(heard);
    }

    /** The data of what it has heard, in that order. */
    List<String> texts() {
        return heard().stream().map(Envelope::json).toList();
    }

    List<String> texts(ChannelName channel) {
        return heard().stream()
                .filter(m -> channel.equals(m.channel()))
                .map(Envelope::json)
                .toList();
    }

    List<String> events() {
        return heard().stream().map(Envelope::event).toList();
    }

    /** What waits in its queue. */
    synchronized List<String> queued() {
        return queue.stream().map(Envelope::json).toList();
    }
}
