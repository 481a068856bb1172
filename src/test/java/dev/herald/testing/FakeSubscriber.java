package dev.herald.testing;

import dev.herald.api.Connection;
import dev.herald.api.Envelope;
import dev.herald.hub.Delivery;
import dev.herald.hub.DeviceName;
import dev.herald.hub.Subscriber;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

/** A connection that takes everything at once, and notes what it hears and how it is ended. Any thread may call. */
public final class FakeSubscriber implements Subscriber {

    private final Connection connection;
    private final Optional<DeviceName> device;

    /** What it has heard. */
    public final List<Envelope> heard = new CopyOnWriteArrayList<>();

    /** How it was ended: by codes, or {@code end}, or {@code fell behind}. */
    public final List<String> ends = new CopyOnWriteArrayList<>();

    /** What it answers to each question: nothing, unless a test says so. */
    public volatile CompletableFuture<String> answer = new CompletableFuture<>();

    /** What it was asked: events and arguments. */
    public final List<String> asked = new CopyOnWriteArrayList<>();

    public FakeSubscriber(Connection connection) {
        this(connection, Optional.empty());
    }

    public FakeSubscriber(Connection connection, Optional<DeviceName> device) {
        this.connection = connection;
        this.device = device;
    }

    @Override
    public Connection connection() {
        return connection;
    }

    @Override
    public Optional<DeviceName> device() {
        return device;
    }

    @Override
    public boolean offer(Delivery delivery) {
        return heard.add(delivery.message());
    }

    @Override
    public CompletionStage<String> ask(String event, String json, Duration patience) {
        asked.add(event + json);
        return answer;
    }

    @Override
    public void flush() {
        // It has heard already.
    }

    @Override
    public void signOut(String code, String sentence) {
        ends.add(code);
    }

    @Override
    public void end(boolean transportToo) {
        ends.add(transportToo ? "close" : "end");
    }

    @Override
    public void fellBehind() {
        ends.add("fell behind");
    }
}
