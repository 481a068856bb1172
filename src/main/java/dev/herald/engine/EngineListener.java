package dev.herald.engine;

import dev.herald.engine.EnginePacket.Bytes;

/** Whom a session tells what comes from its client. Called outside all locks, one call at a time but for {@link #onDrained}. */
public interface EngineListener {

    /** A text message came. What this throws closes the session and is logged as our mistake. */
    void onText(String text);

    /** A binary message came. */
    void onBinary(Bytes data);

    /** There is room again after an offer was refused; any thread. */
    void onDrained();

    /** The session is over: the last call, and the only one of its kind. */
    void onClose(CloseReason reason);
}
