package dev.herald.random;

import java.security.SecureRandom;
import java.util.Base64;

/** Ids that nobody can guess, in {@code A-Z a-z 0-9 _ -}. Thread-safe; may be called under any lock. */
public final class RandomIds {

    private static final SecureRandom RANDOM = new SecureRandom();

    private RandomIds() {}

    /** An id made of so many random bytes: 4 characters for every 3 bytes. */
    public static String ofBytes(int count) {
        var bytes = new byte[count];
        RANDOM.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
