package dev.herald.engine;

/** What the peer sent is no packet of Engine.IO 4; its session is closed. The message is a sentence for the log. */
@SuppressWarnings("serial") // never serialised
public final class MalformedPacketException extends RuntimeException {

    MalformedPacketException(String message) {
        super(message);
    }
}
