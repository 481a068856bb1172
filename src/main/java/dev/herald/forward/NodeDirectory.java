package dev.herald.forward;

import java.net.URI;
import java.util.Optional;

/**
 * Which nodes serve the same clients, and where they are. Any thread may ask, holding any lock that the implementation does not take: what is
 * known is answered at once.
 */
public interface NodeDirectory {

    /**
     * The id of this node's present life, in {@code A-Z a-z 0-9 _ -}.
     *
     * @return empty when there are no other nodes: then nothing is forwarded, and session ids name no node
     */
    String me();

    /**
     * Where a node is reached by the others.
     *
     * @param node any text, as a client may have sent it
     * @return its address by {@code http} or {@code https}, with the application's context path; empty when the node is dead or
     *     unknown
     */
    Optional<URI> urlOf(String node);

    /** What only the nodes know, and sign with: at least 16 bytes, the same for all of them. */
    byte[] secret();

    /** One node that has no others. */
    static NodeDirectory alone() {
        return new NodeDirectory() {

            @Override
            public String me() {
                return "";
            }

            @Override
            public Optional<URI> urlOf(String node) {
                return Optional.empty();
            }

            @Override
            public byte[] secret() {
                return new byte[0];
            }
        };
    }
}
