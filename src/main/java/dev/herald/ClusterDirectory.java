package dev.herald;

import dev.herald.cluster.Cluster;
import dev.herald.cluster.Nodes;
import dev.herald.forward.NodeDirectory;
import java.net.URI;
import java.util.Optional;

/**
 * The nodes of the cluster, as those see them who hand requests on. Any thread may ask, with any lock held. As long as the nodes' secret
 * is not known here, this node takes itself for alone: then its sessions can be nobody else's to serve.
 */
record ClusterDirectory(Cluster cluster) implements NodeDirectory {

    @Override
    public String me() {
        return cluster.secret().isPresent() ? cluster.nodes().me() : "";
    }

    @Override
    public Optional<URI> urlOf(String node) {
        return cluster.nodes().other(node).map(Nodes.Node::url);
    }

    @Override
    public byte[] secret() {
        return cluster.secret().orElseGet(() -> new byte[0]);
    }
}
