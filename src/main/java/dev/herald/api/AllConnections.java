package dev.herald.api;

import java.util.List;

/**
 * The open connections of all nodes. Those of other nodes are as these were a moment ago.
 *
 * <pre>{@code
 * herald.allConnections("/shop").thenAccept(all -> System.out.println(all.open().size() + " clients"));
 * }</pre>
 *
 * @param open first those of this node, in the order in which they were opened, then those of one node after another. Of one on
 *     another node the id, person, namespace and attributes are known; roles and handshake are empty
 * @param unreached the nodes whose connections are not among them
 */
public record AllConnections(List<Connection> open, List<UnreachedNode> unreached) {

    public AllConnections {
        open = List.copyOf(open);
        unreached = List.copyOf(unreached);
    }

    /** Whether all nodes have answered. */
    public boolean areComplete() {
        return unreached.isEmpty();
    }
}
