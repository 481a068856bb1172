package dev.herald.cdi;

import java.util.Map;

/** A client's arguments are not as a handler wants them. There is no stack trace, because the mistake is the client's. */
@SuppressWarnings("serial") // never serialised
final class InvalidArgumentsException extends RuntimeException {

    private final Map<String, String> fields;

    /** Names what is wrong, as in {@link ErrorAnswer#invalid}. */
    InvalidArgumentsException(Map<String, String> fields) {
        super(fields.toString(), null, false, false);
        this.fields = Map.copyOf(fields);
    }

    Map<String, String> fields() {
        return fields;
    }
}
