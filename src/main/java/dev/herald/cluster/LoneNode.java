package dev.herald.cluster;

import dev.herald.hub.Bus;
import dev.herald.hub.Hub;
import dev.herald.hub.Neighbours;
import java.util.Optional;

/** As {@link Cluster#alone}. */
final class LoneNode implements Cluster {

    private final Nodes nodes = Nodes.alone();

    @Override
    public void start(Hub hub) {
        // There is nobody to begin with.
    }

    @Override
    public Neighbours neighbours() {
        return Neighbours.NONE;
    }

    @Override
    public Nodes nodes() {
        return nodes;
    }

    @Override
    public Optional<byte[]> secret() {
        return Optional.empty();
    }

    @Override
    public Optional<Bus.State> bus() {
        return Optional.empty();
    }

    @Override
    public Lag lag() {
        return Lag.NONE;
    }

    @Override
    public void close() {
        nodes.close();
    }
}
