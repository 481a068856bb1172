package dev.herald.engine;

/** Why a session ended, in the reference server's words. */
public enum CloseReason {
    /** The client ended it, or its connection did. */
    TRANSPORT_CLOSE("transport close"),
    /** The client broke the protocol of its transport. */
    TRANSPORT_ERROR("transport error"),
    /** The client sent what is no packet. */
    PARSE_ERROR("parse error"),
    /** The client answered no ping. */
    PING_TIMEOUT("ping timeout"),
    /** This server ended it. */
    FORCED_CLOSE("forced close"),
    /** The client reads too slowly. */
    SLOW_READER("slow reader"),
    /** The client is back on another connection. */
    REPLACED("replaced by its own return"),
    /** This server goes down. */
    SERVER_SHUTTING_DOWN("server shutting down");

    private final String words;

    CloseReason(String words) {
        this.words = words;
    }

    /** As in logs and to observers. */
    public String words() {
        return words;
    }
}
