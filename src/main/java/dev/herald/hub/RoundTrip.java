package dev.herald.hub;

import dev.herald.api.ChannelName;
import dev.herald.api.Connection;
import dev.herald.api.Person;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** A subscriber that waits for one message, its own. */
final class RoundTrip implements Subscriber {

    static final ChannelName CHANNEL = new ChannelName("herald:round-trip");

    private final String token = UUID.randomUUID().toString();
    private final Connection connection = new Connection(token, new Person("herald", "Herald"));
    private final CompletableFuture<Void> arrival = new CompletableFuture<>();

    Draft draft() {
        return new Draft(CHANNEL, "round-trip", null, null, '"' + token + '"', null);
    }

    CompletableFuture<Void> arrival() {
        return arrival;
    }

    @Override
    public Connection connection() {
        return connection;
    }

    @Override
    public boolean offer(Delivery delivery) {
        if (delivery.message().json().equals(draft().json())) {
            arrival.complete(null);
        }
        return true;
    }

    @Override
    public void flush() {
        // Nothing is written anywhere.
    }

    @Override
    public void end(boolean transportToo) {
        // Nobody can: it is not present.
    }

    @Override
    public void fellBehind() {
        arrival.completeExceptionally(new IllegalStateException("the log forgot the message before it was delivered"));
    }
}
