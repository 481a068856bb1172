package dev.herald.engine;

import dev.herald.engine.EnginePacket.Bytes;

/** Hears what comes from a session's client. Called outside all locks, one call at a time but for {@link #onDrained}. */
public interface EngineListener {

    /** A text message came. An exception closes the session and is logged as an error of the server's own. */
    void onText(String text);

    /** A binary message came. */
    void onBinary(Bytes data);

    /** There is room again after an offer was refused; any thread. */
    void onDrained();

    /** The session is over: the last call, and the only one of its kind. */
    void onClose(CloseReason reason);
}
