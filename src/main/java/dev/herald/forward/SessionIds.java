package dev.herald.forward;

import dev.herald.random.RandomIds;

/**
 * The ids of Engine.IO sessions: a secret, and behind it the id of the node that has the session, if there are several nodes. The
 * secret stands first, because logs show the beginning of an id. Any thread may call, under any lock.
 */
public final class SessionIds {

    private static final int SECRET_BYTES = 20;
    private static final int SECRET_CHARACTERS = 27;

    private final NodeDirectory nodes;

    /** Ids for sessions of this node. */
    public SessionIds(NodeDirectory nodes) {
        this.nodes = nodes;
    }

    /** A new id. */
    public String next() {
        return RandomIds.ofBytes(SECRET_BYTES) + nodes.me();
    }

    /** The node in an id that a client has sent; empty when there is none in it. */
    static String nodeOf(String sid) {
        return sid.length() <= SECRET_CHARACTERS ? "" : sid.substring(SECRET_CHARACTERS);
    }
}
