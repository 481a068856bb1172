package dev.herald.hub;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.herald.api.ChannelName;
import dev.herald.api.Connection;
import dev.herald.api.Person;
import dev.herald.api.Position;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/** A subscriber that waits for one message, its own. */
final class RoundTrip implements Subscriber {

    static final ChannelName CHANNEL = new ChannelName("herald:round-trip");

    private final String token = UUID.randomUUID().toString();
    private final Connection connection = new Connection(token, new Person("herald", "Herald"));
    private final CompletableFuture<Void> arrival = new CompletableFuture<>();

    /** As {@link Hub#roundTrip}. */
    static void travel(Subscriptions subscriptions, Publisher publisher, Duration patience)
            throws InterruptedException, ExecutionException, TimeoutException {
        var traveller = new RoundTrip();
        var subscription = subscriptions.open(traveller, except -> false, CHANNEL, (Position) null);
        try {
            subscription.start(started -> true);
            publisher
                    .append(traveller.draft())
                    .thenCompose(receipt -> traveller.arrival())
                    .toCompletableFuture()
                    .get(patience.toNanos(), NANOSECONDS);
        } finally {
            subscriptions.close(subscription);
        }
    }

    private Draft draft() {
        return new Draft(CHANNEL, "round-trip", null, null, '"' + token + '"', null);
    }

    private CompletableFuture<Void> arrival() {
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
        // Nobody can call this, because this subscriber is not present.
    }

    @Override
    public void fellBehind() {
        arrival.completeExceptionally(new IllegalStateException("the log forgot the message before it was delivered"));
    }
}
