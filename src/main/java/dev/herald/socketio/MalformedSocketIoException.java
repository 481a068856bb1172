package dev.herald.socketio;

/**
 * What the peer sent is no packet of Socket.IO 5, or none that it may send; its whole connection is closed ("parse error"). The
 * message is a sentence for the log.
 */
@SuppressWarnings("serial") // never serialised
public final class MalformedSocketIoException extends RuntimeException {

    MalformedSocketIoException(String message) {
        super(message);
    }
}
