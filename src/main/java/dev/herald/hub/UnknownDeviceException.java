package dev.herald.hub;

/**
 * The connection has not said which device it is, or the device was forgotten because the person has too many; nothing was
 * changed.
 */
@SuppressWarnings("serial") // never serialised
public final class UnknownDeviceException extends RuntimeException {

    UnknownDeviceException(String message) {
        super(message);
    }
}
