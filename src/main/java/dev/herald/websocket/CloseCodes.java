package dev.herald.websocket;

/** The numbers of RFC 6455, 7.4.1, that this side uses, and which of all may be in a close frame. */
final class CloseCodes {

    static final int PROTOCOL_ERROR = 1002;
    /** The close frame has no code. Never in a frame. */
    static final int NONE = 1005;
    /** There was no close frame. Never in a frame. */
    static final int BROKEN = 1006;

    static final int INVALID_TEXT = 1007;
    static final int POLICY = 1008;
    static final int TOO_BIG = 1009;
    static final int INTERNAL_ERROR = 1011;

    private static final int FIRST = 1000;
    private static final int RESERVED = 1004;
    private static final int LAST_REGISTERED = 1014;
    private static final int FIRST_OF_LIBRARIES = 3000;
    private static final int LAST_OF_APPLICATIONS = 4999;

    private CloseCodes() {}

    /** Whether a close frame may carry the code (RFC 6455, 7.4; 1012 to 1014 were registered with IANA later). */
    static boolean isSendable(int code) {
        return (code >= FIRST && code <= LAST_REGISTERED && code != RESERVED && code != NONE && code != BROKEN)
                || (code >= FIRST_OF_LIBRARIES && code <= LAST_OF_APPLICATIONS);
    }
}
