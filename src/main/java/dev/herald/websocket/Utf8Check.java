package dev.herald.websocket;

/** Tells as early as possible whether bytes that come in pieces are UTF-8 (RFC 3629, 4). Not thread-safe. */
final class Utf8Check {

    private static final int LOWEST = 0x80;
    private static final int HIGHEST = 0xBF;

    /** How many more bytes the character has, and the range of the next. */
    private int missing;

    private int lowest = LOWEST;
    private int highest = HIGHEST;

    /** Takes the next piece; false when the bytes cannot be UTF-8, whatever follows. */
    boolean accepts(byte[] bytes, int offset, int length) {
        var end = offset + length;
        for (var n = offset; n < end; n++) {
            if (missing == 0 && bytes[n] >= 0) {
                continue;
            }
            if (!accepts(bytes[n] & 0xFF)) {
                return false;
            }
        }
        return true;
    }

    private boolean accepts(int octet) {
        if (missing == 0) {
            return begins(octet);
        }
        var isInRange = octet >= lowest && octet <= highest;
        missing--;
        lowest = LOWEST;
        highest = HIGHEST;
        return isInRange;
    }

    private boolean begins(int octet) {
        if (octet < 0xC2 || octet > 0xF4) {
            return false;
        }
        if (octet < 0xE0) {
            missing = 1;
        } else if (octet < 0xF0) {
            missing = 2;
            // No overlong forms, no surrogates.
            lowest = octet == 0xE0 ? 0xA0 : LOWEST;
            highest = octet == 0xED ? 0x9F : HIGHEST;
        } else {
            missing = 3;
            // No overlong forms, nothing above U+10FFFF.
            lowest = octet == 0xF0 ? 0x90 : LOWEST;
            highest = octet == 0xF4 ? 0x8F : HIGHEST;
        }
        return true;
    }

    /** Whether the pieces so far end with a complete character. */
    boolean isComplete() {
        return missing == 0;
    }
}
