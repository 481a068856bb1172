package dev.herald.cluster;

import dev.herald.hub.Bus;
import dev.herald.hub.Hub;
import dev.herald.hub.Neighbours;
import java.util.Optional;

/**
 * This node among the others: what is published on one is delivered on all, and each knows who is on the others. The container starts
 * and closes it; any thread may call the rest, with any lock held.
 */
public interface Cluster extends AutoCloseable {

    /** Begins. Called once, when the hub is there; it does not wait. */
    void start(Hub hub);

    /** The other nodes, for the hub. */
    Neighbours neighbours();

    /** Who of them lives. */
    Nodes nodes();

    /** What only the nodes know; empty when this node is alone by its settings, and as long as it is not read. */
    Optional<byte[]> secret();

    /** How the bus between them is; empty when this node is alone by its settings. */
    Optional<Bus.State> bus();

    /** How late messages of other nodes come by it. */
    Lag lag();

    /** Leaves: the others learn of it when they renew their leases the next time. The caller holds no lock. */
    @Override
    void close();

    /** A server that is alone by its settings: nobody is told anything, and nothing is written or read for others. */
    static Cluster alone() {
        return new LoneNode();
    }
}
