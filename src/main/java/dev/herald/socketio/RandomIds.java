package dev.herald.socketio;

import java.security.SecureRandom;
import java.util.Base64;

/** Ids that cannot be guessed, in {@code A-Z a-z 0-9 _ -}. Any thread may ask for one. */
final class RandomIds {

    private static final SecureRandom RANDOM = new SecureRandom();

    private RandomIds() {}

    /** An id of so many random bytes; each three of them are four characters. */
    static String ofBytes(int count) {
        var bytes = new byte[count];
        RANDOM.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
