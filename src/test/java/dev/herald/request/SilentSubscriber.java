package dev.herald.request;

import dev.herald.api.Attributes;
import dev.herald.api.Connection;
import dev.herald.api.ConnectionState;
import dev.herald.api.PersonPrincipal;
import dev.herald.hub.Delivery;
import dev.herald.hub.Subscriber;
import java.util.UUID;

/** Somebody who takes everything and says nothing. */
final class SilentSubscriber implements Subscriber {

    private final Connection connection;

    SilentSubscriber(PersonPrincipal visitor) {
        this.connection = new Connection(
                UUID.randomUUID().toString(),
                visitor.person(),
                Connection.MAIN,
                new ConnectionState(visitor, Attributes.NONE));
    }

    @Override
    public Connection connection() {
        return connection;
    }

    @Override
    public boolean offer(Delivery delivery) {
        return true;
    }

    @Override
    public void end(boolean transportToo) {
        // Nobody ends it here.
    }

    @Override
    public void flush() {
        // Nothing waits.
    }

    @Override
    public void fellBehind() {
        throw new AssertionError("it takes everything");
    }
}
